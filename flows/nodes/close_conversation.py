"""Put a conversation away."""

from flows.engine.context import Context
from flows.engine.events import Effect
from flows.nodes.base import Node, Step, register


@register("close_conversation")
class CloseConversation(Node):
    """Close the conversation; it opens again when the guest writes.

    {"id": "n8", "type": "close_conversation"}
    exits: done
    """

    def exits(self) -> tuple[str, ...]:
        return ("done",)

    def run(self, ctx: Context) -> Step:
        return Step("done", [Effect("conversation.close", {})])
