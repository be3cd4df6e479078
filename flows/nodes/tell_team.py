"""Tell the team something."""

from typing import Literal

from flows.engine.context import Context, NodeFailed
from flows.engine.events import Effect
from flows.engine.limits import MAX_NOTE_CHARS
from flows.nodes.base import Node, Step, register
from flows.nodes.options import cut
from flows.nodes.settings import ShortText


@register("tell_team")
class TellTeam(Node):
    """Raise an alert that the team sees, with a link to the conversation.

    {"id": "n5", "type": "tell_team", "text": "{{ contact.name }} quer um dia de noiva", "level": "warning"}
    level: info, warning, critical
    exits: done, error (the text is empty or cannot be worked out)
    """

    text: ShortText
    level: Literal["info", "warning", "critical"] = "info"

    def exits(self) -> tuple[str, ...]:
        return ("done", "error")

    def run(self, ctx: Context) -> Step:
        text = cut(ctx.render(self.text).strip(), MAX_NOTE_CHARS)
        if not text:
            raise NodeFailed("empty_text", "the text is empty for this guest")
        return Step("done", [Effect("team.tell", {"text": text, "level": self.level})])
