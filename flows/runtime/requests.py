"""What executions ask the world: written as rows in the transaction of the step, answered by `Answered` later.

A request is a name (`Requested.request`) and a function over a batch of those that ask it. It writes what is needed to
come to an answer, in rows, so that nothing is forgotten whoever dies: a call to a program is a row and a timer, another
flow is an execution of its own. What is known at once, as all that the salon's own calendar says, and a subflow's first
input, are turns of a further round.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.engine.events import Requested
from flows.runtime import calls, subflows, visits

if TYPE_CHECKING:
    from flows.runtime.running import Execution, Turn

HTTP, SUBFLOW = "http", "subflow"
# The guest waits with it: what they write meanwhile is answered afterwards, by nobody else.
HOLD: Final = frozenset({HTTP}) | visits.NAMES
# Flows that call each other and end at once could do so for ever within one transaction.
MOST_ROUNDS: Final = 20


@dataclass(frozen=True, slots=True)
class Asking:
    """One execution that asks, and what."""

    turn: "Turn"
    event: Requested

    @property
    def execution(self) -> "Execution":
        """Who asks."""
        return self.turn.execution


def ask(salon_id: int, turns: Sequence["Turn"]) -> None:
    """Write what these turns ask of programs."""
    for name, group in _asked(turns).items():
        if name in REQUESTS:
            REQUESTS[name](salon_id, group)


def follow(salon_id: int, turns: Sequence["Turn"], rounds: int) -> list["Turn"]:
    """The turns that follow from these at once: subflows that begin, those that asked for one that has ended, whom the
    calendar answers, and who asked for what nobody knows."""
    asked = _asked(turns)
    unknown = [
        subflows.Reply(one.execution, one.event.token, error="failed")
        for name, group in asked.items()
        if name not in REQUESTS and name != SUBFLOW and name not in visits.NAMES
        for one in group
    ]
    calling = [(one.execution, one.event) for one in asked.get(SUBFLOW, [])]
    calendar = [one for name, group in asked.items() if name in visits.NAMES for one in group]
    if not unknown and not calling and not calendar and not any(subflows.has_ended(turn) for turn in turns):
        return []
    if rounds >= MOST_ROUNDS:
        unknown += [subflows.Reply(one.execution, one.event.token) for one in calendar]
        return subflows.give_up(salon_id, calling, unknown, turns)
    return subflows.follow(salon_id, turns, calling, [*unknown, *visits.answers(asked)])


def _asked(turns: Sequence["Turn"]) -> dict[str, list[Asking]]:
    found: dict[str, list[Asking]] = {}
    for turn in turns:
        # The walk ends with what it asks.
        newest = turn.outcome.events[-1] if turn.outcome and turn.outcome.events else None
        if isinstance(newest, Requested):
            found.setdefault(newest.request, []).append(Asking(turn, newest))
    return found


def _call(salon_id: int, group: Sequence[Asking]) -> None:
    calls.write(
        salon_id,
        [
            calls.NewCall(HTTP, one.execution, one.event.node, one.event.seq, one.event.payload, one.event.token)
            for one in group
        ],
    )


REQUESTS: dict[str, Callable[[int, Sequence[Asking]], None]] = {HTTP: _call}
