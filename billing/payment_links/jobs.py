"""What payment links do when a timer is due."""

from collections.abc import Sequence

from billing.payment_links import actions
from billing.payment_links.calls import Creating, Refunding, Withdrawing
from ops.timers.registry import Due, call_on_timer, on_timer

call_on_timer(actions.CREATE, Creating(), acts_for="salon")
call_on_timer(actions.REFUND, Refunding(), acts_for="salon")
call_on_timer(actions.WITHDRAW, Withdrawing(), acts_for="salon")


@on_timer(actions.EXPIRE, acts_for="salon")
def expire(due: Sequence[Due]) -> None:
    """Nobody has paid in time."""
    actions.expire([int(one.subject) for one in due])
