"""What every node is: pydantic settings, named exits, `run`, and `resume` if it waits."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final, TypeVar

from pydantic import BaseModel, ConfigDict

from flows.engine.context import Context, NodeFailed
from flows.engine.events import NodeEvent


@dataclass(slots=True)
class WaitFor:
    """Stay at this node until an answer comes (`answers`), one of `events` happens, or the moment is there (`until`,
    aware)."""

    until: datetime | None = None
    answers: bool = True
    events: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Ask:
    """Ask the world and stay at this node until it has answered, at the latest until `until` (aware).

    `request` names who answers (flows.runtime.requests); the node resumes with `Answered`, or `TimedOut` without one.
    """

    request: str
    payload: dict[str, Any]
    until: datetime


@dataclass(slots=True)
class Step:
    """What a visit of a node gives: an exit to leave by, a wait, or a request. `note`: a fault that did not stop it."""

    exit: str | None = None
    events: list[NodeEvent] = field(default_factory=list)
    wait: WaitFor | None = None
    tries: int = 0
    note: str | None = None
    ask: Ask | None = None


class Node(BaseModel):
    """A node's settings and what it does. Settings unknown to it are refused, so that a typo never goes unnoticed."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    type_name: ClassVar[str]

    # False for a node that never goes on in the visit that reaches it; graphs may loop through such a node only.
    goes_on_at_once: ClassVar[bool] = True
    # Nodes that hear the guest may have the setting `gather_s`: for so long after a message more of them are taken
    # together as one answer.

    @property
    def waits(self) -> bool:
        """Whether time passes here before the execution goes on."""
        return not self.goes_on_at_once

    def sets(self) -> tuple[str, ...]:
        """The variables that it may set."""
        return ()

    def awaits(self, ctx: Context) -> bool:
        """Whether what happened (`ctx.input`) is what it waits for, among those of the kinds it named."""
        return True

    def exits(self) -> tuple[str, ...]:
        """The names an edge may leave by; one without an edge ends the execution."""
        raise NotImplementedError

    def run(self, ctx: Context) -> Step:
        """The execution arrives."""
        raise NotImplementedError

    def resume(self, ctx: Context) -> Step:
        """What the node waited for is there, as `ctx.input`."""
        raise NodeFailed("cannot_resume", f"a node {self.type_name} never waits")


# Ways out for when something is odd: a flow is whole without an edge from them.
SPARE: Final = frozenset({"error", "refused", "other", "timeout", "invalid", "failed", "deposit"})

TYPES: Final[dict[str, type[Node]]] = {}
NodeClass = TypeVar("NodeClass", bound=type[Node])


def register(type_name: str) -> Callable[[NodeClass], NodeClass]:
    """Make a node known by the name it is saved under."""

    def known(node: NodeClass) -> NodeClass:
        node.type_name = type_name
        TYPES[type_name] = node
        return node

    return known
