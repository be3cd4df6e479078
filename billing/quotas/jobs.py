"""What quotas do when a timer is due."""

from collections.abc import Sequence

from billing.metering.kinds import GAUGES
from billing.quotas import watching
from billing.quotas.names import FLOWING, GAUGES_TIMER
from ops.salon import current_salon_id
from ops.timers.registry import Due, on_timer


@on_timer(GAUGES_TIMER, acts_for="salon")
def look_at_use(due: Sequence[Due]) -> None:
    """Count what stays, and see again what comes anew with each period: "all", or what is named."""
    salon_id = current_salon_id()
    if salon_id is None:
        return
    named = {one.subject for one in due}
    for name in GAUGES:
        if "all" in named or name in named:
            watching.see_gauge(salon_id, name)
    if "all" in named or FLOWING in named:
        watching.look_again(salon_id)
