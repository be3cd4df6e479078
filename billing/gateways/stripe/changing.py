"""Beginning, changing and ending a subscription. Each asks Stripe how things stand first, and lets what it did take
effect at once; the events say the same afterwards.
"""

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.gateways.port import GatewayRefused, Line, Preview
from billing.gateways.stripe import client, customers, reading
from billing.gateways.stripe.alone import alone
from billing.gateways.stripe.entitlement import living, plan_item, scheduled, sold_by
from billing.gateways.stripe.models import StripeCustomer
from billing.gateways.stripe.prices import Sold, price_of, sold_as, use_prices
from billing.gateways.stripe.settling import fetch, plain, settle
from billing.plans.models import Plan, PlanVersion
from billing.plans.names import FREE
from ops import clock
from tenants.salons.models import Salon

log = logging.getLogger(__name__)

UNPAID: Final = ("past_due", "unpaid")


@dataclass(frozen=True, slots=True)
class Running:
    """A subscription that runs, as Stripe shows it now."""

    customer: StripeCustomer
    said: dict[str, Any]
    item: dict[str, Any]
    sold: Sold

    @property
    def id(self) -> str:
        """Stripe's name of it."""
        return str(self.said["id"])

    @property
    def ends_at(self) -> datetime:
        """The end of the period."""
        return datetime.fromtimestamp(int(self.item["current_period_end"]), UTC)


def checkout(salon_id: int, plan: str, interval: str, success_url: str, cancel_url: str) -> str:
    """See the port."""
    salon, version = Salon.objects.get(pk=salon_id), _version(plan)
    first = {"price": price_of(plan, interval, salon.currency), "quantity": 1}
    with alone(salon_id):
        customer = customers.ensure(salon_id, looked=True)
        there = fetch(customer.ref) or []
        if living(there, sold_as) is not None:
            settle(customer.ref)
            raise GatewayRefused("plan", _("You have a plan already. Load the page again to change it."))
        if url := _begun(there, Sold(plan, interval)):
            return url
        items = [first, *({"price": one} for one in use_prices(version, interval, salon.currency))]
        return _begin(salon, version, items, customer, (success_url, cancel_url))


def _begun(subscriptions: list[dict[str, Any]], wanted: Sold) -> str:
    """Where the first payment of a subscription that waits for it, as for a boleto, can be made: by any means, and the
    voucher that was printed counts. Empty where none waits. Refused (`plan`) where it is for something else: who has
    paid that voucher already would pay twice.
    """
    for one in subscriptions:
        sold = sold_by(one, sold_as)
        if one["status"] != "incomplete" or sold is None or not one.get("latest_invoice"):
            continue
        with client.in_our_words():
            invoice = client.ask().invoices.retrieve(one["latest_invoice"])
        if invoice.status != "open" or not invoice.hosted_invoice_url:
            continue
        if sold != wanted:
            label = _version(sold.plan).plan.label
            words = _("The first payment of %(plan)s is on its way. Pay it, or wait until its voucher has run out.")
            raise GatewayRefused("plan", words % {"plan": label})
        return str(invoice.hosted_invoice_url)
    return ""


def _begin(
    salon: Salon, version: PlanVersion, items: list[Any], customer: StripeCustomer, urls: tuple[str, str]
) -> str:
    api, (success_url, cancel_url) = client.ask(), urls
    with client.in_our_words():
        # Two pages that are paid would be two subscriptions.
        for one in api.checkout.sessions.list({"customer": customer.ref, "status": "open", "limit": 100}).data:
            api.checkout.sessions.expire(one.id)
    values: dict[str, Any] = {
        "mode": "subscription",
        "customer": customer.ref,
        "client_reference_id": str(salon.public_id),
        "line_items": items,
        "allow_promotion_codes": True,
        "tax_id_collection": {"enabled": True},
        "customer_update": {"name": "auto", "address": "auto"},
        "locale": _locale(),
        "success_url": success_url,
        "cancel_url": cancel_url,
        "metadata": {"salon": str(salon.public_id)},
        "subscription_data": {
            "metadata": {"salon": str(salon.public_id), **_metadata(version)},
            # What was used beyond the plan is billed at the price it was used at, though the plan changes.
            "billing_mode": {"type": "flexible"},
        },
    }
    return _opened(customer, values, salon.currency)


def _opened(customer: StripeCustomer, values: dict[str, Any], currency: str) -> str:
    create = client.ask().checkout.sessions.create
    if currency == "BRL":
        # Pix takes no subscriptions at Stripe; an open invoice can be paid with it where the account offers it.
        try:
            wanted = {**values, "payment_method_types": ["card", "boleto"]}
            return str(client.write(customer, "checkout", wanted, create).url)
        except GatewayRefused as error:
            log.warning("Checkout without boleto, which this account does not offer: %s", error)
    # What the account offers by its settings.
    return str(client.write(customer, "checkout", values, create).url)


def portal(salon_id: int, return_url: str, flow: str = "") -> str:
    """See the port; `flow` leads to one thing at once."""
    customer = customers.ensure(salon_id, looked=True)
    values: dict[str, Any] = {"customer": customer.ref, "return_url": return_url, "locale": _locale()}
    if flow:
        done = {"type": "redirect", "redirect": {"return_url": return_url}}
        values["flow_data"] = {"type": flow, "after_completion": done}
    return str(client.write(customer, "portal", values, client.ask().billing_portal.sessions.create).url)


def preview(salon_id: int, plan: str, interval: str) -> Preview:
    """See the port."""
    salon = Salon.objects.get(pk=salon_id)
    running = running_of(salon_id)
    if running is None:
        return _of_new(salon, plan, interval)
    return _of_change(running, plan, interval)


def change(salon_id: int, plan: str, interval: str) -> Preview:
    """See the port."""
    running = _must_run(salon_id)
    if running.said["status"] in UNPAID:
        raise GatewayRefused("payment_method", _("An invoice is open. Pay it first, then change the plan."))
    if plan == FREE:
        cancel(salon_id)
        return _later(running, 0)
    if running.sold == Sold(plan, interval):
        resume(salon_id)
        return _later(running, int(running.item["price"]["unit_amount"] or 0))
    shown = _of_change(running, plan, interval)
    if shown.is_downgrade:
        _go_on(running)
        _schedule(running, _version(plan), interval)
    else:
        _upgrade(running, _version(plan), interval)
    settle(running.customer.ref)
    return shown


def cancel(salon_id: int) -> datetime | None:
    """See the port."""
    running = _must_run(salon_id)
    _release(running)
    if not running.said["cancel_at_period_end"]:
        values = {"cancel_at_period_end": True}
        client.write(running.customer, "cancel", values, client.ask().subscriptions.update, running.id)
    settle(running.customer.ref)
    return running.ends_at


def resume(salon_id: int) -> None:
    """See the port."""
    running = _must_run(salon_id)
    _release(running)
    _go_on(running)
    settle(running.customer.ref)


def pause(salon_id: int) -> None:
    """See the port."""
    running = _must_run(salon_id)
    if not running.said.get("pause_collection"):
        values = {"pause_collection": {"behavior": "void"}}
        client.write(running.customer, "pause", values, client.ask().subscriptions.update, running.id)
    settle(running.customer.ref)


def end_pause(salon_id: int) -> None:
    """See the port."""
    running = _must_run(salon_id)
    if running.said.get("pause_collection"):
        # Empty: as Stripe unsets it.
        values = {"pause_collection": ""}
        client.write(running.customer, "end pause", values, client.ask().subscriptions.update, running.id)
    settle(running.customer.ref)


def pay(salon_id: int, ref: str) -> None:
    """See the port."""
    customer = customers.known(salon_id)
    api = client.ask()
    with client.in_our_words():
        invoice = api.invoices.retrieve(ref)
    if invoice.customer != customer.ref:
        raise GatewayRefused("invoice", _("This invoice is not yours."))
    if invoice.status == "open":
        client.write(customer, "pay", {}, api.invoices.pay, ref)
    settle(customer.ref)


def running_of(salon_id: int) -> Running | None:
    """The salon's subscription as it is now. Raises GatewayAway."""
    customer = StripeCustomer.objects.filter(salon_id=salon_id).exclude(ref="").first()
    found = living(fetch(customer.ref) or [], sold_as) if customer else None
    item = plan_item(found, sold_as) if found else None
    sold = sold_by(found, sold_as) if found else None
    if customer is None or found is None or item is None or sold is None:
        return None
    return Running(customer, dict(found), dict(item), sold)


def _must_run(salon_id: int) -> Running:
    running = running_of(salon_id)
    if running is None:
        raise GatewayRefused("plan", _("Choose a plan first."))
    return running


def _of_new(salon: Salon, plan: str, interval: str) -> Preview:
    with client.in_our_words():
        price = client.ask().prices.retrieve(price_of(plan, interval, salon.currency))
    minor = int(price.unit_amount or 0)
    lines = [Line(_version(plan).plan.label, 1, minor)]
    return Preview(lines, minor, minor, price.currency.upper(), clock.now(), is_downgrade=False)


def _of_change(running: Running, plan: str, interval: str) -> Preview:
    if plan == FREE:
        return _later(running, 0)
    currency = str(running.said["currency"]).upper()
    price_id = price_of(plan, interval, currency)
    api = client.ask()
    with client.in_our_words():
        price = api.prices.retrieve(price_id)
        minor = int(price.unit_amount or 0)
        if Sold(plan, interval) == running.sold or _is_smaller(running.sold, Sold(plan, interval)):
            return _later(running, minor)
        details = {"items": _items(running, _version(plan), interval), "proration_behavior": "always_invoice"}
        shown = plain(api.invoices.create_preview({"subscription": running.id, "subscription_details": details}))
    lines = [_in_our_words(one) for one in shown["lines"]["data"]]
    due = shown["amount_due"] if shown["total"] >= 0 else shown["total"]
    return Preview(lines, int(due), minor, currency, clock.now(), is_downgrade=False)


def _in_our_words(said: dict[str, Any]) -> Line:
    """A line of a preview: Stripe says in English what is left of a plan and what comes in its place."""
    line, parent = reading.line(said), said.get("parent") or {}
    details = parent.get("subscription_item_details") or parent.get("invoice_item_details") or {}
    price = ((said.get("pricing") or {}).get("price_details") or {}).get("price")
    sold = sold_as({"id": price}) if price and details.get("proration") else None
    if sold is None:
        return line
    words = _("%(plan)s, not used any more") if line.amount_minor < 0 else _("%(plan)s until the end of the period")
    return replace(line, text=words % {"plan": _version(sold.plan).plan.label})


def _later(running: Running, next_minor: int) -> Preview:
    currency = str(running.said["currency"]).upper()
    return Preview([], 0, next_minor, currency, running.ends_at, is_downgrade=True)


def _is_smaller(now: Sold, then: Sold) -> bool:
    orders = dict(Plan.objects.values_list("code", "order"))
    before, after = orders.get(now.plan, 0), orders.get(then.plan, 0)
    return after < before or (after == before and now.interval == "year" and then.interval == "month")


def _upgrade(running: Running, version: PlanVersion, interval: str) -> None:
    waiting = _release(running)
    values = {
        "items": _items(running, version, interval),
        "proration_behavior": "always_invoice",
        "payment_behavior": "error_if_incomplete",
        "cancel_at_period_end": False,
        "metadata": _metadata(version),
    }
    try:
        client.write(running.customer, "upgrade", values, client.ask().subscriptions.update, running.id)
    except GatewayRefused:
        if waiting is not None:
            # Nothing has changed, so what waited for the end of the period waits again.
            last = waiting["phases"][-1]
            _plan_phase(running, last["items"], {"end_date": last["end_date"], "metadata": last.get("metadata") or {}})
        raise


def _schedule(running: Running, version: PlanVersion, interval: str) -> None:
    currency = str(running.said["currency"])
    items = [{"price": price_of(version.plan.code, interval, currency), "quantity": 1}]
    items += [{"price": one} for one in use_prices(version, interval, currency)]
    duration = {"interval": interval, "interval_count": 1}
    _plan_phase(running, items, {"duration": duration, "metadata": _metadata(version)})


def _plan_phase(running: Running, items: list[dict[str, Any]], more: dict[str, Any]) -> None:
    """From the next period on these; the running one stays as it is."""
    api, customer = client.ask(), running.customer
    found = scheduled(running.said)
    if found is None:
        begun = {"from_subscription": running.id}
        found = plain(client.write(customer, "schedule", begun, api.subscription_schedules.create))
    now = found["phases"][0]
    period = (running.item["current_period_start"], running.item["current_period_end"])
    phases = [
        {"items": [_bare(one) for one in now["items"]], "start_date": now["start_date"], "end_date": period[1]},
        {"items": [_bare(one) for one in items], "proration_behavior": "none", **more},
    ]
    values = {"phases": phases, "end_behavior": "release"}
    client.write(customer, "phases", values, api.subscription_schedules.update, found["id"])


def _release(running: Running) -> dict[str, Any] | None:
    """The schedule that waited and does not any more."""
    found = scheduled(running.said)
    if found is None:
        return None
    client.write(running.customer, "release", {}, client.ask().subscription_schedules.release, found["id"])
    running.said["schedule"] = None
    return dict(found)


def _go_on(running: Running) -> None:
    if running.said["cancel_at_period_end"]:
        values = {"cancel_at_period_end": False}
        client.write(running.customer, "go on", values, client.ask().subscriptions.update, running.id)


def _items(running: Running, version: PlanVersion, interval: str) -> list[dict[str, Any]]:
    """What becomes of each item: the plan's gets another price, use is counted at the new plan's."""
    currency = str(running.said["currency"])
    use = use_prices(version, interval, currency)
    price = price_of(version.plan.code, interval, currency)
    items: list[dict[str, Any]] = [{"id": running.item["id"], "price": price}]
    for one in running.said["items"]["data"]:
        if one["id"] == running.item["id"]:
            continue
        if one["price"]["id"] in use:
            use.remove(one["price"]["id"])
        else:
            items.append({"id": one["id"], "deleted": True})
    return items + [{"price": one} for one in use]


def _bare(item: dict[str, Any]) -> dict[str, Any]:
    price = item["price"]
    said: dict[str, Any] = {"price": price["id"] if isinstance(price, dict) else price}
    return {**said, "quantity": item["quantity"]} if item.get("quantity") else said


def _version(plan: str) -> PlanVersion:
    found = Plan.objects.filter(code=plan).first()
    if found is None:
        raise GatewayRefused("plan", _("There is no such plan. Load the page again."))
    return found.current


def _metadata(version: PlanVersion) -> dict[str, str]:
    return {"plan": version.plan.code, "version": str(version.number)}


def _locale() -> str:
    return customers.LOCALES.get(get_language() or "", "auto")
