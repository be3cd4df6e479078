"""Say who of the team looks after a conversation."""

from flows.engine.context import Context
from flows.engine.events import Effect
from flows.nodes.base import Node, Step, register
from flows.nodes.settings import PublicId


@register("assign")
class Assign(Node):
    """Give the conversation to a member of the team, or to nobody.

    {"id": "n5", "type": "assign", "member": "0198c0de-0000-7000-8000-000000000001"}
    {"id": "n5", "type": "assign", "member": null}
    exits: done
    """

    member: PublicId | None

    def exits(self) -> tuple[str, ...]:
        return ("done",)

    def run(self, ctx: Context) -> Step:
        return Step("done", [Effect("conversation.assign", {"member": self.member})])
