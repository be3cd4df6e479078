"""Wait for the guest or for something that happens."""

from typing import Any, Self

from pydantic import Field, model_validator

from flows.engine.context import Context
from flows.engine.events import VariableSet
from flows.engine.expressions import ExpressionError
from flows.engine.inputs import Happened, Said
from flows.nodes.base import Node, Step, WaitFor, register
from flows.nodes.settings import Duration, EventKind, Formula, GatherSeconds, Name, Settings, wrong


class Awaited(Settings):
    """{"kind": "contact.tagged", "where": "'vip' in event.added"}; `where` sees what happened as `event`."""

    kind: EventKind
    where: Formula | None = None


@register("wait_for")
class WaitForSomething(Node):
    """Wait, without asking, until the guest writes, one of the events happens, or the time is over.

    {"id": "n4", "type": "wait_for", "timeout": {"amount": 2, "unit": "hours"}, "gather_s": 8, "variable": "answer"}
    {"id": "n4", "type": "wait_for", "replies": false, "timeout": {"amount": 3, "unit": "days"},
     "events": [{"kind": "contact.changed", "where": "'vip' in contact.tags"}]}
    variable: keeps the guest's text, or what happened as {"kind": …, …}
    exits: replied (unless replies is false), happened (if there are events), timeout (if set), error
    """

    goes_on_at_once = False

    replies: bool = True
    events: tuple[Awaited, ...] = Field(default=(), max_length=10)
    timeout: Duration | None = None
    gather_s: GatherSeconds = 0
    variable: Name | None = None

    @model_validator(mode="after")
    def something(self) -> Self:
        """What never comes is not worth waiting for."""
        if not self.replies and not self.events:
            raise wrong("events", "it needs a reply or an event to wait for")
        if self.gather_s and not self.replies:
            raise wrong("gather_s", "only replies can be taken together")
        return self

    def exits(self) -> tuple[str, ...]:
        ways = [("replied", self.replies), ("happened", self.events), ("timeout", self.timeout), ("error", True)]
        return tuple(name for name, there in ways if there)

    def sets(self) -> tuple[str, ...]:
        return (self.variable,) if self.variable else ()

    def run(self, ctx: Context) -> Step:
        until = self.timeout.after(ctx.now) if self.timeout else None
        kinds = list(dict.fromkeys(one.kind for one in self.events))
        return Step(wait=WaitFor(until, self.replies, kinds))

    def awaits(self, ctx: Context) -> bool:
        """An event whose condition cannot be worked out is not the one."""
        said = ctx.input
        return isinstance(said, Happened) and any(
            one.kind == said.event and (one.where is None or is_true(ctx, one)) for one in self.events
        )

    def resume(self, ctx: Context) -> Step:
        said = ctx.input
        if isinstance(said, Said):
            return Step("replied", self.kept(said.text))
        if isinstance(said, Happened):
            return Step("happened", self.kept({**said.payload, "kind": said.event}))
        return Step("timeout")

    def kept(self, value: Any) -> list[Any]:
        """The variable, if one is wanted."""
        return [VariableSet(self.variable, value)] if self.variable else []


def is_true(ctx: Context, one: Awaited) -> bool:
    """Whether the event is the one; what cannot be worked out is not."""
    try:
        return one.where is not None and one.where.value(ctx.scope) is True
    except ExpressionError:
        return False
