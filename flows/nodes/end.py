"""Where an execution stops on purpose."""

from flows.engine.context import Context
from flows.engine.events import Ended
from flows.nodes.base import Node, Step, register


@register("end")
class End(Node):
    """The execution is completed.

    {"id": "n9", "type": "end"}
    exits: none
    """

    def exits(self) -> tuple[str, ...]:
        return ()

    def run(self, ctx: Context) -> Step:
        return Step(events=[Ended()])
