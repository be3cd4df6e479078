"""What a customer has: a pure function of the subscriptions that Stripe shows now, never of events or their order."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from billing.gateways.stripe.prices import Sold
from billing.plans.names import FREE
from billing.subscriptions.entitlement import Entitlement
from billing.subscriptions.models import State

# Stripe's word -> ours. What was never paid for the first time (incomplete) is nothing yet.
STATES: Final = {
    "trialing": State.TRIALING,
    "active": State.ACTIVE,
    "past_due": State.PAST_DUE,
    "unpaid": State.SUSPENDED,
    "paused": State.PAUSED,
    "canceled": State.CANCELED,
    "incomplete_expired": State.CANCELED,
}
# Of several the first of these counts; then the newest.
_ORDER: Final = ("active", "trialing", "past_due", "unpaid", "paused", "canceled")
LIVING: Final = frozenset(_ORDER[:-1])
Subscription = Mapping[str, Any]
Tell = Callable[[Mapping[str, Any]], Sold | None]


def entitlement_of(customer: str, subscriptions: Sequence[Subscription], sold_as: Tell) -> Entitlement | None:
    """What the customer has by these subscriptions of theirs. None: Stripe has nothing to say of them."""
    known = [one for one in subscriptions if one.get("status") in _ORDER and _plan(one, sold_as) is not None]
    chosen = min(known, key=_rank, default=None)
    found = _plan(chosen, sold_as) if chosen else None
    if chosen is None or found is None:
        return None
    if chosen["status"] not in LIVING:
        return nothing(customer, str(chosen["id"]))
    item, sold = found
    period = (_at(item["current_period_start"]), _at(item["current_period_end"]))
    said = chosen.get("metadata") or {}
    state = State.PAUSED if chosen.get("pause_collection") else STATES[chosen["status"]]
    return Entitlement(
        plan=sold.plan,
        version=_number(said.get("version")) if said.get("plan") == sold.plan else None,
        state=state,
        interval=sold.interval,
        currency=str(chosen.get("currency") or "").upper(),
        period=period,
        trial_ends_at=_at(chosen["trial_end"]) if state == State.TRIALING and chosen.get("trial_end") else None,
        cancel_at=_ends(chosen, period[1]),
        next_plan=_next_plan(chosen, period[1], sold, sold_as),
        customer_ref=customer,
        subscription_ref=str(chosen["id"]),
    )


def nothing(customer: str, subscription: str = "") -> Entitlement:
    """It has ended."""
    return Entitlement(
        plan=FREE,
        version=None,
        state=State.CANCELED,
        interval="",
        currency="",
        period=None,
        trial_ends_at=None,
        cancel_at=None,
        next_plan="",
        customer_ref=customer,
        subscription_ref=subscription,
    )


def living(subscriptions: Sequence[Subscription], sold_as: Tell) -> Subscription | None:
    """The subscription that counts, if one runs."""
    known = [one for one in subscriptions if one.get("status") in LIVING and _plan(one, sold_as) is not None]
    return min(known, key=_rank, default=None)


def plan_item(subscription: Subscription, sold_as: Tell) -> Mapping[str, Any] | None:
    """The item that is the plan; the others are use."""
    found = _plan(subscription, sold_as)
    return found[0] if found else None


def sold_by(subscription: Subscription, sold_as: Tell) -> Sold | None:
    """What a subscription is for."""
    found = _plan(subscription, sold_as)
    return found[1] if found else None


def scheduled(subscription: Subscription) -> Mapping[str, Any] | None:
    """The schedule that waits for the end of the period, if there is one."""
    schedule = subscription.get("schedule")
    is_open = isinstance(schedule, Mapping) and schedule.get("status") in ("active", "not_started")
    return schedule if is_open else None  # type: ignore[return-value]


def _plan(subscription: Subscription, sold_as: Tell) -> tuple[Mapping[str, Any], Sold] | None:
    items = (subscription.get("items") or {}).get("data", [])
    for item in items:
        if (sold := sold_as(item["price"])) is not None:
            return item, sold
    # Its price is not configured any more: what we noted when it was bought.
    plan = str((subscription.get("metadata") or {}).get("plan") or "")
    for item in items if plan else []:
        recurring = item["price"].get("recurring") or {}
        if recurring.get("usage_type") != "metered":
            return item, Sold(plan, str(recurring.get("interval") or ""))
    return None


def _rank(subscription: Subscription) -> tuple[int, int, str]:
    created = int(subscription.get("created") or 0)
    return _ORDER.index(subscription["status"]), -created, str(subscription["id"])


def _next_plan(subscription: Subscription, end: datetime, now: Sold, sold_as: Tell) -> str:
    schedule = scheduled(subscription)
    for phase in schedule.get("phases", []) if schedule else []:
        if _at(phase["start_date"]) >= end:
            for item in phase["items"]:
                price = item["price"]
                sold = sold_as(price if isinstance(price, Mapping) else {"id": price})
                if sold is not None and sold != now:
                    return sold.plan
    return ""


def _ends(subscription: Subscription, period_end: datetime) -> datetime | None:
    if subscription.get("cancel_at"):
        return _at(subscription["cancel_at"])
    return period_end if subscription.get("cancel_at_period_end") else None


def _at(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _number(said: Any) -> int | None:
    text = str(said or "")
    return int(text) if text.isdecimal() and len(text) < 9 else None
