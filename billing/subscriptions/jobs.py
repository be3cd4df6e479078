"""What subscriptions do when a timer is due."""

from collections.abc import Sequence

from billing.subscriptions import timing, trial
from billing.subscriptions.entitlement import locked, suspend_overdue
from ops.salon import current_salon_id
from ops.timers.registry import Due, on_timer


@on_timer(timing.REMIND, acts_for="salon")
def remind(due: Sequence[Due]) -> None:
    """The end of a trial or a grace comes nearer."""
    row = locked(current_salon_id() or 0)
    for one in due:
        what, _, days = one.subject.partition(":")
        if row is not None:
            timing.remind(row, what, int(days))


@on_timer(timing.END, acts_for="salon")
def end(due: Sequence[Due]) -> None:
    """A trial or a grace is over."""
    salon_id = current_salon_id() or 0
    for one in due:
        trial.end(salon_id) if one.subject == timing.TRIAL else suspend_overdue(salon_id)
