"""Give the team something to do."""

from typing import Literal

from flows.engine.context import Context, NodeFailed
from flows.engine.events import Effect
from flows.nodes.base import Node, Step, register
from flows.nodes.options import cut
from flows.nodes.settings import Duration, PublicId, ShortText

MAX_TASK = 300


@register("add_task")
class AddTask(Node):
    """Write a task about the guest; its owner is reminded when it is due.

    {"id": "n5", "type": "add_task", "text": "Ligar para {{ contact.name }}", "due": {"amount": 2, "unit": "days"},
     "member": "0198c0de-0000-7000-8000-000000000001"}
    kind: task, call, message, visit
    exits: done, error (the text is empty or cannot be worked out)
    """

    text: ShortText
    kind: Literal["task", "call", "message", "visit"] = "task"
    due: Duration | None = None
    member: PublicId | None = None

    def exits(self) -> tuple[str, ...]:
        return ("done", "error")

    def run(self, ctx: Context) -> Step:
        text = cut(ctx.render(self.text).strip(), MAX_TASK)
        if not text:
            raise NodeFailed("empty_text", "the text is empty for this guest")
        due = self.due.after(ctx.now).isoformat() if self.due else None
        return Step(
            "done", [Effect("task.add", {"text": text, "kind": self.kind, "due_at": due, "member": self.member})]
        )
