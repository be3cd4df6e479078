"""Plays a recorded run again, over its own version or another drawing, and finds where they first part.

What the guest said, when, and what the world outside answered come from the record; nothing is asked again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from flows.engine.events import Effect, Ended, Failed, MessageQueued, Requested, WaitStarted
from flows.engine.inputs import Answered, Happened, Input, Said, Started, TimedOut
from flows.engine.state import State, Status
from flows.engine.step import Outcome, step
from flows.graph import Graph
from flows.runtime.inputs import read

JSON = dict[str, Any]
MAX_INPUTS: Final = 1_000
# What is compared of a step, in this order: the first that is not the same is the difference.
COMPARED: Final = ("node", "event", "error", "exit", "messages", "changes", "effects", "asked", "until")


@dataclass(frozen=True)
class Recorded:
    """An input as it was kept (flows.runtime.inputs), and when it came."""

    data: JSON
    at: datetime


@dataclass
class Shot:
    """One step with all that it caused."""

    number: int
    at: datetime
    node: str
    type: str
    event: str
    exit: str = ""
    edge: str = ""
    error: str = ""
    changes: JSON = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    effects: list[JSON] = field(default_factory=list)
    asked: JSON | None = None
    until: str | None = None
    # Under which the answer to `asked` comes; of no interest to a comparison.
    token: int = 0


@dataclass
class Side:
    """What one drawing made of the record. `stopped` says why it could not be played to the end of it."""

    shots: list[Shot] = field(default_factory=list)
    status: str = "new"
    stopped: str = ""
    at_node: str = ""
    # The steps of each input: where they begin.
    began: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Difference:
    """Where two sides part: at which step, and what is not the same. `place` may lie one behind the last step."""

    place: int
    what: str
    recorded: Any
    played: Any


def replay(graph: Graph, record: Sequence[Recorded], seed: int) -> Side:
    """The run once more as it was: each input at its moment. What the drawing has no use for is left out."""
    player = _Player(graph, seed)
    for one in record[:MAX_INPUTS]:
        player.side.began.append(len(player.side.shots))
        said, zone, before = read(one.data)
        if isinstance(said, Started):
            player.state = before
        player.give(said, one.at.astimezone(zone))
    return player.end()


def replay_over(graph: Graph, record: Sequence[Recorded], seed: int, own: Side) -> Side:
    """The same guest over another drawing. Until the ways part it is the record input by input; from there on the
    drawing's own waits count, and other servers answer what they answered at the same step."""
    return _OtherPlayer(graph, seed, record, own).play()


def difference(recorded: Sequence[Shot], played: Sequence[Shot]) -> Difference | None:
    """The first step that is not the same."""
    for place, (left, right) in enumerate(zip(recorded, played, strict=False)):
        for what in COMPARED:
            if getattr(left, what) != getattr(right, what):
                return Difference(place, what, getattr(left, what), getattr(right, what))
    if len(recorded) == len(played):
        return None
    place = min(len(recorded), len(played))
    return Difference(
        place,
        "end",
        recorded[place].node if place < len(recorded) else None,
        played[place].node if place < len(played) else None,
    )


class _Player:
    """Gives inputs to the engine and keeps what came of them."""

    def __init__(self, graph: Graph, seed: int) -> None:
        self.graph = graph
        self.seed = seed
        self.state = State()
        self.side = Side()
        self.now: datetime | None = None
        self.asks: JSON | None = None

    def give(self, said: Input, now: datetime) -> Outcome:
        """One input; its steps are added to the side."""
        outcome = step(self.graph, self.state, said, now=now, seed=self.seed)
        if outcome.ignored:
            return outcome
        self.state, self.now, self.asks = outcome.state, now, None
        first = len(self.side.shots)
        shots = {
            taken.seq: Shot(
                first + number, now, taken.node, taken.type, taken.event, taken.exit or "", taken.edge or "",
                taken.error or "", taken.changes or {},
            )
            for number, taken in enumerate(outcome.steps)
        }  # fmt: skip
        self.side.shots += shots.values()
        for event in outcome.events:
            shot = shots[event.seq]
            if isinstance(event, MessageQueued):
                shot.messages.append(event.body["text"])
            elif isinstance(event, Effect):
                shot.effects.append({"effect": event.effect, "payload": event.payload})
            elif isinstance(event, Requested):
                shot.asked = self.asks = {"request": event.request, "payload": event.payload}
                shot.token = event.token
            elif isinstance(event, WaitStarted):
                shot.until = event.until
            elif isinstance(event, Failed | Ended):
                continue
        return outcome

    def end(self, stopped: str = "") -> Side:
        """The side as it stands."""
        self.side.status, self.side.stopped = self.state.status.value, stopped
        self.side.at_node = self.state.at or ""
        return self.side


class _OtherPlayer(_Player):
    def __init__(self, graph: Graph, seed: int, record: Sequence[Recorded], own: Side) -> None:
        super().__init__(graph, seed)
        self.record = record[:MAX_INPUTS]
        self.own = own
        self.parted = False
        self.fired = 0
        said = [read(one.data)[0] for one in self.record if one.data.get("input") == "answered"]
        answered = {one.token: one for one in said if isinstance(one, Answered)}
        # What was asked, and what was answered to it; what came too late was not.
        self.answers = [(shot, answered[shot.token]) for shot in own.shots if shot.asked and shot.token in answered]

    def play(self) -> Side:
        """All of the record."""
        for number, one in enumerate(self.record):
            self.side.began.append(len(self.side.shots))
            said, zone, before = read(one.data)
            now = max(self.now or one.at.astimezone(zone), one.at.astimezone(zone))
            if isinstance(said, Started):
                self.state = before
            if not self.parted:
                self.follow(said, now)
                self.parted = self.differs(number)
            else:
                self.fire_until(now)
                if isinstance(said, Said | Happened) and not self.is_stuck:
                    self.give(said, now)
            if self.parted:
                self.respond()
            if self.is_stuck:
                return self.end("no_answer")
        return self.end()

    @property
    def is_stuck(self) -> bool:
        """Whether it asks what the record has no answer to."""
        wait = self.state.wait
        return self.parted and self.state.status is Status.WAITING and wait is not None and wait.request

    def follow(self, said: Input, now: datetime) -> None:
        """An input of the record, while the ways are the same."""
        outcome = self.give(said, now)
        if not outcome.ignored and isinstance(said, Answered):
            self.answers = [one for one in self.answers if one[1].token != said.token]

    def differs(self, number: int) -> bool:
        """Whether the steps of the input differ from those of the record."""
        began = self.own.began[number]
        ended = self.own.began[number + 1] if number + 1 < len(self.own.began) else len(self.own.shots)
        return difference(self.own.shots[began:ended], self.side.shots[self.side.began[number] :]) is not None

    def fire_until(self, now: datetime) -> None:
        """Waits of this drawing's own that end before the next thing the guest does."""
        while self.fired < MAX_INPUTS:
            self.respond()
            wait = self.state.wait
            if self.is_stuck or self.state.status is not Status.WAITING or wait is None or wait.until is None:
                return
            due = datetime.fromisoformat(wait.until)
            if due > now:
                return
            self.fired += 1
            self.give(TimedOut(wait.token, self.facts()), due.astimezone(now.tzinfo))

    def respond(self) -> None:
        """Answer what is asked by what was answered at the same step, else for the same address."""
        while self.is_stuck and self.asks is not None and self.now is not None:
            wait = self.state.wait
            found = self.answer_for(self.state.at or "", self.asks)
            if found is None or wait is None:
                return
            self.give(Answered(wait.token, found.answer, found.error, self.facts(), found.asked), self.now)

    def answer_for(self, node: str, asks: JSON) -> Answered | None:
        """The first answer of the record that fits, used once."""
        where = asks["payload"].get("url") or asks["payload"].get("flow")
        for place, (shot, said) in enumerate(self.answers):
            asked = shot.asked or {"request": "", "payload": {}}
            same_address = where == (asked["payload"].get("url") or asked["payload"].get("flow"))
            if asked["request"] == asks["request"] and (shot.node == node or same_address):
                del self.answers[place]
                return said
        return None

    def facts(self) -> JSON:
        """What was known of the guest at about this moment."""
        known = [one.data.get("facts") or {} for one in self.record if self.now is None or one.at <= self.now]
        return known[-1] if known else {}
