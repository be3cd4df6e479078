"""What deals do when a timer is due."""

from collections.abc import Sequence

from crm.deals.actions import tasks
from ops.timers.registry import Due, on_timer


@on_timer(tasks.DUE, acts_for="salon")
def remind(due: Sequence[Due]) -> None:
    """The moment of tasks has come."""
    tasks.remind(due)
