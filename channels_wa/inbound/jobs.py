"""What is due later of what came in."""

from collections.abc import Sequence

from channels_wa.inbound.log import ranges
from ops.timers.registry import Due, on_timer


@on_timer(ranges.TIMER, acts_for="operator")
def go_on(due: Sequence[Due]) -> None:
    """The next batch of each replay."""
    for replay_id in sorted({int(one.subject) for one in due}):
        ranges.go_on(replay_id)
