"""Steps that change a visit: the calendar is asked to do it, and says what became of it.

Its answer is {"outcome": "…", "booking": {…}}; the outcome is the exit.
"""

from typing import Any, ClassVar

from flows.engine.context import Context, NodeFailed
from flows.engine.inputs import Answered
from flows.nodes.base import Ask, Node, Step
from flows.nodes.choosing import PATIENCE, answer_of


class Deciding(Node):
    """What such steps have in common."""

    request: ClassVar[str]

    def wanted(self, ctx: Context) -> dict[str, Any]:
        """What shall be done."""
        raise NotImplementedError

    def came(self, ctx: Context, found: dict[str, Any]) -> list[Any]:
        """What is kept of the answer."""
        return []

    def run(self, ctx: Context) -> Step:
        payload = {**self.wanted(ctx), "language": str(ctx.contact.get("language") or "")}
        return Step(ask=Ask(self.request, payload, ctx.now + PATIENCE))

    def resume(self, ctx: Context) -> Step:
        said = ctx.input
        if not isinstance(said, Answered):
            raise NodeFailed("timeout", "the calendar did not answer in time")
        found = answer_of(said)
        outcome = found.get("outcome")
        if outcome not in self.exits() or outcome == "error":
            raise NodeFailed("not_booked", str(found.get("why") or outcome or "")[:60])
        return Step(str(outcome), self.came(ctx, found))
