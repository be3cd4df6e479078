"""What the inbox does when a timer is due."""

from collections.abc import Sequence

from crm.inbox import snoozing, takeover
from ops.timers.registry import Due, on_timer


@on_timer(takeover.RESUMES, acts_for="salon")
def let_flows_answer(due: Sequence[Due]) -> None:
    """The time of the people is over."""
    takeover.resume(due)


@on_timer(snoozing.SNOOZE_ENDS, acts_for="salon")
def bring_back(due: Sequence[Due]) -> None:
    """What was put away until now."""
    snoozing.wake_due(due)
