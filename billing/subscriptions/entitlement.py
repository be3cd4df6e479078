"""What a salon is entitled to: read everywhere, written by `apply` alone.

Gateways do not say what has happened but how things stand: an `Entitlement` is computed from the subscription as it was
fetched, so that events may come twice, late, or in any order (I28).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from billing.plans import queries as plans
from billing.plans.models import PlanVersion
from billing.plans.names import FREE
from billing.subscriptions import timing
from billing.subscriptions.models import Subscription
from billing.subscriptions.states import GRACE, State
from ops import clock
from ops.events.actions import emit
from ops.salon import inside
from tenants.audit import actions as audit
from tenants.salons.hosts import forget as forget_hosts
from tenants.salons.models import Salon

# What was fetched "later" than this from now carries another clock than ours, and forbids nothing.
_AHEAD: Final = timedelta(minutes=5)


class UnknownPlan(ValueError):
    """There is no plan, or no version of it, by that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """How things stand with a salon, by whoever bills it."""

    plan: str
    # None: the one it has, if that is of the same plan; else the newest.
    version: int | None = None
    state: State
    interval: str = ""
    currency: str = ""
    period: tuple[datetime, datetime] | None = None
    trial_ends_at: datetime | None = None
    cancel_at: datetime | None = None
    # The code of the plan to which it changes at the end of the period.
    next_plan: str = ""
    customer_ref: str = ""
    subscription_ref: str = ""
    gateway: str = "stripe"


def of(salon_id: int, salon: Salon | None = None) -> Subscription:
    """The salon's subscription; for one without a row what it lives on, not saved. Raises Salon.DoesNotExist.

    Whoever has the salon's own row hands it over, and it is not asked for.
    """
    others = ("plan_version__plan", "next_version__plan", *(() if salon else ("salon",)))
    found = Subscription.objects.select_related(*others).filter(salon_id=salon_id).first()
    if found is not None:
        if salon is not None:
            found.salon = salon
        return found
    salon = salon or Salon.objects.get(pk=salon_id)
    return Subscription(
        salon=salon,
        plan_version=_newest(salon.plan) or plans.version_of(FREE),
        state=State.ACTIVE,
        state_since=salon.created_at,
        currency=salon.currency,
        changed_at=salon.created_at,
        version=0,
    )


@transaction.atomic
def apply(salon_id: int, entitlement: Entitlement, *, at: datetime | None = None) -> bool:
    """Let a salon stand as the entitlement says; False where it does already, or where a newer one is known.

    `at`: the machine's time (`clock.real()`) just before the gateway was asked; None for what we decide ourselves.
    Raises UnknownPlan.
    """
    salon = Salon.objects.select_for_update(no_key=True).get(pk=salon_id)
    row = Subscription.objects.select_related("plan_version__plan").filter(salon=salon).first()
    if row is not None and _is_stale(row, entitlement, at):
        return False
    wanted = _wanted(row, entitlement)
    if row is not None and _is_so(row, wanted) and salon.plan == row.plan_version.plan.code:
        if at is not None:
            Subscription.objects.filter(pk=row.pk).update(as_of=at)
        return False
    before = _said(row) if row is not None else {"plan": salon.plan, "state": str(State.ACTIVE)}
    now = clock.now()
    fresh = row or Subscription(salon=salon, version=0)
    if row is None or row.state != wanted["state"]:
        fresh.state_since = now
    for name, value in wanted.items():
        setattr(fresh, name, value)
    fresh.as_of, fresh.changed_at, fresh.version = at or fresh.as_of, now, fresh.version + 1
    fresh.save()
    fresh = Subscription.objects.select_related("plan_version__plan").get(pk=fresh.pk)
    Salon.objects.filter(pk=salon.pk).update(plan=fresh.plan_version.plan.code)
    _tell(salon, fresh, before)
    transaction.on_commit(forget)
    return True


def locked(salon_id: int) -> Subscription | None:
    """The salon's row, which nobody else changes until the transaction ends; None where it has none."""
    Salon.objects.select_for_update(no_key=True).values_list("pk").get(pk=salon_id)
    return Subscription.objects.select_related("plan_version__plan", "salon").filter(salon_id=salon_id).first()


def as_it_stands(row: Subscription) -> Entitlement:
    """The entitlement that a row was written from: to change one thing of it and apply it again."""
    period = None
    if row.period_starts_at and row.period_ends_at:
        period = (row.period_starts_at, row.period_ends_at)
    return Entitlement(
        plan=row.plan_version.plan.code,
        version=row.plan_version.number,
        state=row.standing,
        interval=row.interval,
        currency=row.currency,
        period=period,
        trial_ends_at=row.trial_ends_at,
        cancel_at=row.cancel_at,
        next_plan=row.next_version.plan.code if row.next_version else "",
        customer_ref=row.customer_ref,
        subscription_ref=row.subscription_ref,
        gateway=row.gateway,
    )


@transaction.atomic
def suspend_overdue(salon_id: int) -> bool:
    """The grace of a failed payment is over; whether it was so."""
    row = locked(salon_id)
    if row is None or row.state != State.PAST_DUE or row.grace_ends_at is None or row.grace_ends_at > clock.now():
        return False
    # Said anew it is a debt whose grace has passed.
    return apply(salon_id, replace(as_it_stands(row), state=State.PAST_DUE))


def _is_so(row: Subscription, wanted: dict[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in wanted.items())


def _is_stale(row: Subscription, wanted: Entitlement, at: datetime | None) -> bool:
    if at is None or row.as_of is None or row.as_of > clock.real() + _AHEAD:
        return False
    return wanted.subscription_ref == row.subscription_ref and at < row.as_of


def _wanted(row: Subscription | None, given: Entitlement) -> dict[str, Any]:
    version = _version(row, given)
    state, grace_ends_at = _grace(row, given)
    starts_at, ends_at = given.period or (None, None)
    next_version = _next(row, given)
    return {
        "plan_version_id": version.pk,
        "state": str(state),
        "interval": given.interval,
        "currency": given.currency or (row.currency if row is not None else "BRL"),
        "trial_ends_at": given.trial_ends_at,
        "period_starts_at": starts_at,
        "period_ends_at": ends_at,
        "grace_ends_at": grace_ends_at,
        "cancel_at": given.cancel_at,
        "next_version_id": next_version.pk if next_version else None,
        "gateway": given.gateway,
        # Who was a customer once is the same customer when they come back.
        "customer_ref": given.customer_ref or (row.customer_ref if row is not None else ""),
        "subscription_ref": given.subscription_ref,
    }


def _version(row: Subscription | None, given: Entitlement) -> PlanVersion:
    if given.version is not None:
        found = PlanVersion.objects.filter(plan__code=given.plan, number=given.version).first()
        if found is None:
            raise UnknownPlan(f"{given.plan} {given.version}")
        return found
    # Old subscribers keep what they have subscribed to.
    if row is not None and row.plan_version.plan.code == given.plan:
        return row.plan_version
    return _named(given.plan)


def _next(row: Subscription | None, given: Entitlement) -> PlanVersion | None:
    known = row.next_version if row is not None else None
    if known is not None and known.plan.code == given.next_plan:
        return known
    return _named(given.next_plan) if given.next_plan else None


def _named(code: str) -> PlanVersion:
    found = _newest(code)
    if found is None:
        raise UnknownPlan(code)
    return found


def _newest(code: str) -> PlanVersion | None:
    return PlanVersion.objects.select_related("plan").filter(plan__code=code).order_by("-number").first()


def _grace(row: Subscription | None, given: Entitlement) -> tuple[State, datetime | None]:
    """The state and the end of its grace: a debt has one grace, however often one hears of it."""
    owes = given.state in (State.PAST_DUE, State.SUSPENDED)
    known = row.grace_ends_at if row is not None and owes else None
    if given.state != State.PAST_DUE:
        return given.state, known
    ends_at = known or clock.now() + GRACE
    return (State.PAST_DUE if clock.now() < ends_at else State.SUSPENDED), ends_at


def _tell(salon: Salon, row: Subscription, before: dict[str, Any]) -> None:
    after = _said(row)
    with inside(salon.pk):
        audit.record("subscription.changed", subject=salon.public_id, before=before, after=after)
        emit("subscription.changed", subject=salon.public_id, payload={**after, "before": before})
        timing.plan(row, before)


def _said(row: Subscription) -> dict[str, Any]:
    said = {"plan": row.plan_version.plan.code, "plan_version": row.plan_version.number, "state": str(row.state)}
    if row.cancel_at:
        said["until"] = row.cancel_at.isoformat()
    return said


def forget() -> None:
    """Ask anew: a salon's plan has changed. Other processes hear of it within seconds."""
    plans.forget()
    forget_hosts()
