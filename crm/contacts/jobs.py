"""What contacts do when a timer is due."""

from collections.abc import Sequence

from crm.contacts.importing import ending, running
from ops.timers.registry import Due, on_timer


@on_timer(running.TICK, acts_for="salon")
def go_on_with_imports(due: Sequence[Due]) -> None:
    """Lists in work; also those whose worker died."""
    running.tick(due)


@on_timer(ending.FORGET, acts_for="salon")
def forget_imports(due: Sequence[Due]) -> None:
    """Files and rows whose time is over."""
    ending.forget(due)
