"""What operators do to the subscriptions of salons: one salon at a time, each with what came of it in words.

A salon that a gateway bills is changed there, and what it then says takes effect; any other is changed here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from billing.gateways.port import GatewayAway, GatewayRefused, gateway
from billing.plans.names import FREE
from billing.subscriptions.entitlement import Entitlement, apply, as_it_stands, of
from billing.subscriptions.models import Subscription
from billing.subscriptions.states import State
from ops import clock
from tenants.salons.models import Salon

LONGER: Final = timedelta(days=7)
MONTH: Final = "month"


class CannotDo(Exception):
    """It is not done; the words say why, and what would be right."""


# An ended subscription stands in the row until something else does.
_NOBODY_BILLS: Final[dict[str, Any]] = {"subscription_ref": "", "gateway": ""}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one salon."""

    salon: Salon
    done: bool
    words: str = ""


def each(salons: Iterable[Salon], act: Callable[[Subscription], bool]) -> list[Outcome]:
    """Do it to each; one that cannot is told of and keeps nobody else from it."""
    found = []
    for salon in salons:
        try:
            found.append(Outcome(salon, act(of(salon.pk))))
        except (CannotDo, GatewayRefused) as refused:
            found.append(Outcome(salon, False, str(refused)))
        except GatewayAway:
            found.append(Outcome(salon, False, _("The payment provider does not answer. Try again.")))
    return found


def change_plan(row: Subscription, plan: str) -> bool:
    """Another plan, in the version sold today. Who is billed pays it: up at once, down with the next period."""
    if not row.is_billed:
        return apply(row.salon_id, _unbilled(row, plan))
    if row.plan_version.plan.code == plan and not row.next_version_id:
        return False
    if plan == FREE:
        gateway().cancel(row.salon_id)
    else:
        gateway().change(row.salon_id, plan, row.interval or MONTH)
    return True


def renew_version(row: Subscription) -> bool:
    """The newest version of the plan that it has."""
    if row.is_billed:
        raise CannotDo(_("It is billed by the version it has agreed to; only a change of plan brings another one."))
    return apply(
        row.salon_id, replace(as_it_stands(row), version=row.plan_version.plan.current.number, **_NOBODY_BILLS)
    )


def lengthen_trial(row: Subscription) -> bool:
    """Seven days more."""
    if row.standing != State.TRIALING or row.is_billed or row.trial_ends_at is None:
        raise CannotDo(_("It is in no trial; it is: %(state)s.") % {"state": row.standing.label})
    until = max(row.trial_ends_at, clock.now()) + LONGER
    begun = row.period_starts_at or clock.now()
    return apply(row.salon_id, replace(as_it_stands(row), trial_ends_at=until, period=(begun, until)))


def pause(row: Subscription) -> bool:
    """Nothing is sent, nothing changes, nothing is lost, and nothing is charged."""
    if row.is_billed:
        gateway().pause(row.salon_id)
        return True
    return apply(row.salon_id, replace(as_it_stands(row), state=State.PAUSED, **_NOBODY_BILLS))


def resume(row: Subscription) -> bool:
    """A paused one goes on."""
    if row.standing != State.PAUSED:
        raise CannotDo(_("It is not paused; it is: %(state)s.") % {"state": row.standing.label})
    if row.is_billed:
        gateway().end_pause(row.salon_id)
        return True
    return apply(row.salon_id, replace(as_it_stands(row), state=State.ACTIVE, **_NOBODY_BILLS))


def credit(row: Subscription, amount_minor: int, reason: str, key: str) -> bool:
    """Taken off its next invoices; once for each key."""
    gateway().credit(row.salon_id, amount_minor, reason, key)
    return True


def _unbilled(row: Subscription, plan: str) -> Entitlement:
    return Entitlement(plan=plan, state=State.ACTIVE, currency=row.currency, customer_ref=row.customer_ref, gateway="")
