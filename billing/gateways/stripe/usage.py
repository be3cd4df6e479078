"""Use beyond the plan, counted by Stripe's meters; and credits."""

from datetime import datetime, timedelta
from typing import Any, Final

import stripe

from billing.gateways.port import GatewayAway, GatewayRefused
from billing.gateways.stripe import client, customers
from billing.gateways.stripe.prices import METER
from billing.gateways.stripe.settling import settle
from billing.metering import last_bills
from billing.subscriptions import entitlement
from ops import clock
from tenants.salons.models import Salon

_MINUTE = 60
# A renewal's invoice is a draft for an hour, and what is told meanwhile is on it; some of it for the way.
DRAFT: Final = timedelta(minutes=50)
_meters: dict[str, str] = {}


def report(salon_id: int, kind: str, quantity: int, key: str, at: datetime) -> datetime:
    """See the port. The key is the event's identifier and the request's idempotency key."""
    ref = customers.known(salon_id).ref
    event = {
        "event_name": METER + kind,
        "identifier": key,
        "payload": {"stripe_customer_id": ref, "value": str(quantity)},
    }
    counted_at = _billed_with(salon_id, ref, at)
    try:
        _count(key, event, counted_at)
    except GatewayAway as error:
        if counted_at == at or not isinstance(error.__cause__, stripe.IdempotencyError):
            raise
        # It was told in time, and only the answer was lost.
        _count(key, event, counted_at := at)
    return counted_at


def _count(key: str, event: dict[str, Any], at: datetime) -> None:
    values = {**event, "timestamp": int(at.timestamp())}
    try:
        client.write_once("use", key, values, client.ask().billing.meter_events.create)
    except GatewayRefused as error:
        if not _is_counted(error.__cause__):
            raise


def _billed_with(salon_id: int, ref: str, at: datetime) -> datetime:
    """`at`, or the beginning of the running period: Stripe bills nothing that is told after an invoice is final."""
    row = entitlement.of(salon_id)
    if row.period_ends_at is not None and row.period_ends_at <= clock.now():
        settle(ref)  # nobody has told us of the next one
        row = entitlement.of(salon_id)
    start = row.period_starts_at
    if start is None or at >= start or clock.now() < start + DRAFT:
        return at
    # Of an earlier subscription: its own last bill has it, not one of this.
    return at if last_bills.covers(salon_id, at) else start


def billed(salon_id: int, kind: str, period: tuple[datetime, datetime]) -> int:
    """See the port."""
    start, end = (int(one.timestamp()) // _MINUTE * _MINUTE for one in period)
    asked = {"customer": customers.known(salon_id).ref, "start_time": start, "end_time": end, "limit": 100}
    with client.in_our_words():
        rows = client.ask().billing.meters.event_summaries.list(_meter(METER + kind), asked).auto_paging_iter()
        return int(sum(one.aggregated_value for one in rows))


def credit(salon_id: int, amount_minor: int, reason: str, key: str) -> None:
    """See the port. Keys of Stripe's live for a day; what was given under the key stands in its metadata for ever."""
    if amount_minor <= 0:
        raise GatewayRefused("amount", "a credit is above 0")
    row = customers.ensure(salon_id)
    api = client.ask()
    with client.in_our_words():
        for one in api.customers.balance_transactions.list(row.ref, {"limit": 100}).auto_paging_iter():
            if (one.metadata or {}).get("key") == key:
                return
    values = {
        "amount": -amount_minor,
        "currency": Salon.objects.values_list("currency", flat=True).get(pk=salon_id).lower(),
        "description": reason[:350],
        "metadata": {"key": key},
    }
    client.write_once("credit", key, values, api.customers.balance_transactions.create, row.ref)


def _is_counted(error: BaseException | None) -> bool:
    if not isinstance(error, stripe.InvalidRequestError):
        return False
    return error.code == "duplicate_meter_event" or "already exists with identifier" in str(error)


def _meter(event_name: str) -> str:
    """Stripe's id of a meter of ours; its name is for ever, so one look is enough for a process."""
    if event_name not in _meters:
        rows = client.ask().billing.meters.list({"status": "active", "limit": 100}).auto_paging_iter()
        _meters.update({one.event_name: str(one.id) for one in rows})
    if event_name in _meters:
        return _meters[event_name]
    raise GatewayRefused("kind", f"Stripe has no meter {event_name}; see docs/BILLING.md")
