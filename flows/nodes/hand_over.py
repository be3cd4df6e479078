"""Let a person go on."""

from flows.engine.context import Context
from flows.engine.events import Effect, MessageQueued, NodeEvent
from flows.engine.limits import MAX_NOTE_CHARS
from flows.nodes.base import Node, Step, register
from flows.nodes.options import cut, text_body
from flows.nodes.settings import LongText, ShortText


@register("hand_over")
class HandOver(Node):
    """Switch the flows off in this conversation and call for a person; the execution ends here if no edge leaves.

    {"id": "n8", "type": "hand_over", "text": "Já chamo alguém!", "note": "Quer falar do preço: {{ vars.topic }}"}
    text: said to the guest; note: for the team; both may be left out
    exits: done, error (a text that cannot be worked out)
    """

    text: LongText | None = None
    note: ShortText | None = None

    def exits(self) -> tuple[str, ...]:
        return ("done", "error")

    def run(self, ctx: Context) -> Step:
        note = cut(ctx.render(self.note).strip(), MAX_NOTE_CHARS) if self.note else ""
        text = ctx.render(self.text).strip() if self.text else ""
        events: list[NodeEvent] = [MessageQueued(text_body(text))] if text else []
        return Step("done", [*events, Effect("conversation.hand_over", {"note": note})])
