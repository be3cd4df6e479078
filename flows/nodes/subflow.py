"""Let another flow do a part of the work."""

from typing import Annotated, Any

from pydantic import Field

from flows.engine.context import Context, NodeFailed
from flows.engine.events import NodeEvent, VariableSet
from flows.engine.inputs import Answered
from flows.engine.limits import MAX_VALUE_BYTES, is_large
from flows.nodes.base import Ask, Node, Step, register
from flows.nodes.settings import LONGEST_WAIT, Formula, Name, PublicId


@register("subflow")
class Subflow(Node):
    """Run another flow with this guest and go on when it has ended.

    {"id": "n7", "type": "subflow", "flow": "0198c0de-0000-7000-8000-000000000002",
     "variables": {"service": "vars.service"}, "returns": ["day", "price"]}
    variables: what it gets, by name; returns: which of its variables are kept here when it has ended
    exits: done, error (there is no such flow, it is not published, in itself too often, or it failed)
    """

    goes_on_at_once = False

    flow: PublicId
    variables: Annotated[dict[Name, Formula], Field(max_length=50)] = {}
    returns: tuple[Name, ...] = Field(default=(), max_length=50)

    def exits(self) -> tuple[str, ...]:
        return ("done", "error")

    def sets(self) -> tuple[str, ...]:
        return self.returns

    @property
    def waits(self) -> bool:
        """The other flow may end at once."""
        return False

    def run(self, ctx: Context) -> Step:
        given = {name: ctx.evaluate(formula) for name, formula in self.variables.items()}
        for name, value in given.items():
            if is_large(value):
                raise NodeFailed("value_too_large", f"{name} has more than {MAX_VALUE_BYTES} bytes")
        return Step(ask=Ask("subflow", {"flow": self.flow, "variables": given}, ctx.now + LONGEST_WAIT))

    def resume(self, ctx: Context) -> Step:
        said = ctx.input
        if not isinstance(said, Answered):
            raise NodeFailed("timeout", "the other flow has not ended in a year")
        if said.error:
            raise NodeFailed(said.error, WHY.get(said.error, ""))
        found: dict[str, Any] = said.answer.get("variables") or {}
        kept: list[NodeEvent] = [VariableSet(name, found.get(name)) for name in self.returns]
        return Step("done", kept)


WHY = {
    "missing": "there is no such flow",
    "not_published": "the other flow is not published",
    "too_deep": "flows call each other too deeply",
    "failed": "the other flow failed",
}
