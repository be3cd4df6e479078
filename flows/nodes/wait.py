"""Let time pass."""

from flows.engine.context import Context
from flows.nodes.base import Node, Step, WaitFor, register
from flows.nodes.settings import Duration


@register("wait")
class Wait(Duration, Node):
    """Go on later, whatever the guest says in between. Days and weeks keep the clock on the wall.

    {"id": "n4", "type": "wait", "amount": 2, "unit": "days"}
    units: seconds, minutes, hours, days, weeks; at most a year
    exits: done
    """

    goes_on_at_once = False

    def exits(self) -> tuple[str, ...]:
        return ("done",)

    def run(self, ctx: Context) -> Step:
        return Step(wait=WaitFor(self.after(ctx.now), answers=False))

    def resume(self, ctx: Context) -> Step:
        return Step("done")
