"""What was used in a subscription that has ended and is on none of its invoices: an invoice of its own.

Stripe bills no use that a meter hears of when the last invoice is final, and none at all of a subscription that ends
within its period. What stands on invoices is counted from their lines, so a lost answer, a crash in the middle and a
report that came at the last moment all end in the same sum.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from djstripe.models import Invoice

from billing.gateways.port import GatewayAway, Owed
from billing.gateways.stripe import client, customers
from billing.gateways.stripe.alone import alone
from billing.gateways.stripe.catalogue import PRODUCT
from billing.gateways.stripe.copying import copy
from billing.gateways.stripe.models import StripeCustomer
from billing.gateways.stripe.settling import plain
from ops.metrics import MONEY_TROUBLE

log = logging.getLogger(__name__)

_USE: Final = f"{PRODUCT}use_"
# In the metadata of an invoice of ours: whose rest it is.
_OF: Final = "last_bill_of"


def bill_rest(salon_id: int, subscription_ref: str, owed: Sequence[Owed]) -> int:
    """See the port."""
    customer = customers.known(salon_id)
    with alone(salon_id):
        there = list(_invoices(customer.ref, subscription_ref))
        if any(one["status"] == "draft" and not _is_rest(one) for one in there):
            raise GatewayAway("an invoice is not final yet")
        on_bills: Counter[str] = Counter()
        for one in there:
            on_bills.update(_use_on(one))
        rest = list(_rest(salon_id, owed, on_bills))
        draft = next((one for one in there if one["status"] == "draft"), None)
        if rest and draft is None:
            draft = _begin(customer, subscription_ref, sum(map(_is_rest, there)))
        if draft is not None:
            for units in rest:
                _add(customer, draft, units, on_bills[units.kind])
            _finish(draft)
    return sum(units.quantity for units in rest)


def _invoices(ref: str, subscription_ref: str) -> Iterator[dict[str, Any]]:
    """Those of the subscription, and of its rest."""
    with client.in_our_words():
        for found in client.ask().invoices.list({"customer": ref, "limit": 100}).auto_paging_iter():
            one = plain(found)
            about = (one.get("parent") or {}).get("subscription_details") or {}
            if subscription_ref in (about.get("subscription"), (one.get("metadata") or {}).get(_OF)):
                yield one


def _is_rest(invoice: dict[str, Any]) -> bool:
    return _OF in (invoice.get("metadata") or {})


def _use_on(invoice: dict[str, Any]) -> Counter[str]:
    """Units by kind; an invoice that was given up or is not paid has billed them all the same."""
    lines = invoice["lines"]["data"]
    if invoice["lines"]["has_more"]:
        with client.in_our_words():
            asked = client.ask().invoices.line_items.list(invoice["id"], {"limit": 100})
            lines = [plain(one) for one in asked.auto_paging_iter()]
    found: Counter[str] = Counter()
    for one in lines:
        product = str((((one.get("pricing") or {}).get("price_details")) or {}).get("product") or "")
        if product.startswith(_USE):
            found[product.removeprefix(_USE)] += int(one.get("quantity") or 0)
    return found


def _rest(salon_id: int, owed: Sequence[Owed], on_bills: Counter[str]) -> Iterator[Owed]:
    """What is left of each, the first ones most."""
    sums: Counter[str] = Counter()
    for one in owed:
        sums[one.kind] += one.quantity
    for kind, units in on_bills.items():
        if units > sums[kind]:
            # Nothing is given back by a program.
            log.error("salon %s was billed %d %s and owed %d", salon_id, units, kind, sums[kind])
            MONEY_TROUBLE.labels("use.billed_too_much").inc()
    left = {kind: max(units - on_bills[kind], 0) for kind, units in sums.items()}
    for one in owed:
        if units := min(left[one.kind], one.quantity):
            left[one.kind] -= units
            yield Owed(one.kind, units, one.price_minor, one.starts_at, one.ends_at)


def _begin(customer: StripeCustomer, subscription_ref: str, number: int) -> dict[str, Any]:
    api = client.ask()
    with client.in_our_words():
        subscription = api.subscriptions.retrieve(subscription_ref)
        cards = {one.id for one in api.customers.payment_methods.list(customer.ref, {"limit": 100}).auto_paging_iter()}
    values: dict[str, Any] = {
        "customer": customer.ref,
        "currency": subscription.currency,
        "auto_advance": True,
        "pending_invoice_items_behavior": "exclude",
        "metadata": {_OF: subscription_ref},
    }
    # What paid the subscription need not be what the customer pays other things with.
    if subscription.default_payment_method in cards:
        values["default_payment_method"] = subscription.default_payment_method
    return plain(client.write_once("rest", f"{subscription_ref}-{number}", values, api.invoices.create))


def _add(customer: StripeCustomer, draft: dict[str, Any], one: Owed, on_bills: int) -> None:
    price = f"{one.price_minor.normalize():f}"
    values = {
        "customer": customer.ref,
        "invoice": draft["id"],
        "quantity": one.quantity,
        "price_data": {"currency": draft["currency"], "product": _USE + one.kind, "unit_amount_decimal": price},
        "period": {"start": int(one.starts_at.timestamp()), "end": int(one.ends_at.timestamp())},
    }
    # By what was on bills before: asked again after a lost answer it is the same key.
    key = f"{draft['id']}-{one.kind}-{price}-{on_bills}"
    client.write_once("rest", key, values, client.ask().invoice_items.create)


def _finish(draft: dict[str, Any]) -> None:
    """Final, and then charged by Stripe itself."""
    finalize = client.ask().invoices.finalize_invoice
    copy(Invoice, client.write_once("final", draft["id"], {"auto_advance": True}, finalize, draft["id"]))
