"""What happens to a subscription by the clock: reminders, the end of a trial, the end of a grace.

Timers carry no version: each looks again at how things stand, so one that has been overtaken does nothing.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from billing.subscriptions import notices
from billing.subscriptions.models import Subscription
from billing.subscriptions.states import State
from ops import clock
from ops.timers.actions import NewTimer, set_many

REMIND: Final = "subscription.remind"
END: Final = "subscription.end"
TRIAL, GRACE = "trial", "grace"
# Days before the end, the earliest first.
REMIND_BEFORE: Final[dict[str, tuple[int, ...]]] = {TRIAL: (7, 3, 1), GRACE: (7, 3, 1)}


def plan(row: Subscription, before: dict[str, Any]) -> None:
    """Set the timers of how it stands now, and tell what has changed. Inside the salon, in the transaction."""
    set_many(row.salon_id, _timers(row))
    notices.changed(row, before)


def ends_at(row: Subscription, what: str) -> datetime | None:
    """When the trial or the grace ends by itself; None where it goes on or somebody else ends it."""
    if what == TRIAL:
        # Whoever subscribes in the trial is told by the gateway.
        return row.trial_ends_at if row.state == State.TRIALING and not row.subscription_ref else None
    return row.grace_ends_at if row.state == State.PAST_DUE else None


def days_left(until: datetime) -> int:
    """How many days are left, a begun one counted; 0 when it is over."""
    left = until - clock.now()
    return max(0, -(-left // timedelta(days=1)))


def remind(row: Subscription, what: str, days: int) -> bool:
    """Remind of an end that is so many days away. Not late: a process that slept leaves it to the next reminder."""
    until = ends_at(row, what)
    if until is None:
        return False
    left = until - clock.now()
    later = [one for one in REMIND_BEFORE[what] if one < days]
    if not timedelta(days=max(later, default=0)) < left <= timedelta(days=days):
        return False
    notices.remind(row, what, days_left(until), until)
    return True


def _timers(row: Subscription) -> list[NewTimer]:
    timers = []
    for what, before in REMIND_BEFORE.items():
        if (until := ends_at(row, what)) is None:
            continue
        timers.append(NewTimer(END, what, until))
        moments = [(days, until - timedelta(days=days)) for days in before]
        timers += [NewTimer(REMIND, f"{what}:{days}", at) for days, at in moments if at > clock.now()]
    return timers
