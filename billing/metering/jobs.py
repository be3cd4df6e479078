"""What metering does when a timer is due."""

from collections.abc import Sequence

from billing.metering import last_bills, overage, reconciling
from ops.salon import current_salon_id
from ops.timers.registry import Due, on_timer


@on_timer(overage.TIMER, acts_for="salon", waits=True)
def tell_overage(due: Sequence[Due]) -> None:
    """Tell whoever bills of units beyond a plan."""
    for one in due:
        overage.report(int(one.subject))


@on_timer(last_bills.TIMER, acts_for="salon", waits=True)
def bill_last_use(due: Sequence[Due]) -> None:
    """Have what is left of a subscription that has ended put on a bill."""
    for one in due:
        last_bills.bill(int(one.subject))


@on_timer(reconciling.TIMER, acts_for="salon", waits=True)
def reconcile(due: Sequence[Due]) -> None:
    """Compare the sums of the salon with what others say."""
    salon_id = current_salon_id()
    if due and salon_id is not None:
        reconciling.reconcile(salon_id)
