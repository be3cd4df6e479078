"""The walk of one input through a graph: visits nodes, keeps to the limits, writes down what happened."""

import zlib
from datetime import UTC
from typing import Any, Final

from flows.engine.context import Context, NodeFailed
from flows.engine.events import (
    Effect,
    Ended,
    Event,
    Failed,
    MessageQueued,
    MessageRefused,
    NodeEvent,
    Requested,
    StepTaken,
    VariableSet,
    WaitStarted,
)
from flows.engine.expressions import ExpressionError
from flows.engine.inputs import Answered, Happened, Input, Started, TimedOut
from flows.engine.limits import (
    MAX_OUTPUT_CHARS,
    MAX_REQUESTS,
    MAX_REQUESTS_IN_A_ROW,
    MAX_VALUE_BYTES,
    MAX_VARIABLES,
    SAME_TEXT_TIMES,
    SAME_TEXT_WITHIN_S,
    SENT_KEPT,
    is_large,
)
from flows.engine.state import State, Status, Wait
from flows.graph import Place
from flows.nodes.base import Ask, Step, WaitFor

REPEATED: Final = "same_text_repeated"
REQUESTS: Final = "too_many_requests"


class Walk:
    """What one input has caused so far. Lives for one call of `step` and is seen by nobody else."""

    __slots__ = (
        "asked",
        "ctx",
        "ended",
        "events",
        "heard",
        "output",
        "sent",
        "seq",
        "status",
        "steps",
        "token",
        "tries",
        "wait",
    )

    def __init__(self, state: State, ctx: Context) -> None:
        self.ctx = ctx
        self.heard: list[dict[str, Any]] = []
        self.events: list[Event] = []
        self.steps: list[StepTaken] = []
        self.status = Status.COMPLETED
        self.ended = False
        self.wait: Wait | None = None
        self.token = state.token
        self.tries = 0
        self.seq = state.seq
        self.sent = state.sent
        self.output = 0
        self.asked = asked_before(state, ctx.input)

    def state(self, place: Place) -> State:
        """Where the execution stands after the walk; `place` was visited last."""
        variables = self.ctx.variables
        return State(
            self.status,
            place.id,
            variables,
            self.wait,
            self.token,
            self.tries,
            self.seq,
            self.sent,
            self.heard,
            self.ctx.trigger,
            self.asked,
        )

    def visit(self, place: Place, resumed: bool = False) -> Place | None:
        """Visit one node; the place to go next, or None if the walk is over."""
        ctx = self.ctx
        ctx.node = place.id
        self.seq += 1
        taken = StepTaken(self.seq, place.id, place.type, "passed")
        self.steps.append(taken)
        if resumed:
            taken.event = resumed_by(ctx.input)
        try:
            done = place.node.resume(ctx) if resumed else place.node.run(ctx)
            leaving = self.apply(place, done, taken)
        except (ExpressionError, NodeFailed) as error:
            return self.stumble(place, taken, error)
        if done.ask is not None:
            self.begin_request(place, done.ask, taken)
            self.tries = done.tries
            return None
        if done.wait is not None:
            self.begin_wait(place, done.wait, taken)
            self.tries = done.tries
            return None
        return self.leave(place, leaving, taken)

    def leave(self, place: Place, leaving: str | None, taken: StepTaken) -> Place | None:
        """Go out by an exit; where it leads nowhere, the execution is completed."""
        taken.exit = leaving
        edge = place.edges.get(leaving) if leaving is not None else None
        if edge is not None:
            taken.edge = edge.id
            return edge.to
        if not self.ended:
            self.events.append(Ended(place.id, self.seq))
        return None

    def stumble(self, place: Place, taken: StepTaken, error: ExpressionError | NodeFailed) -> Place | None:
        """A node could not do what it is for: by its exit `error` if that leads somewhere, else the execution fails."""
        reason, detail = (error.reason, error.detail) if isinstance(error, NodeFailed) else ("expression", str(error))
        taken.error = f"{reason}: {detail}" if detail else reason
        taken.changes = None
        if "error" in place.edges:
            return self.leave(place, "error", taken)
        taken.event = "failed"
        self.fail(place, reason, detail)
        return None

    def fail(self, place: Place, reason: str, detail: str) -> None:
        """The execution is over, and somebody should look at it."""
        self.status = Status.FAILED
        if self.steps[-1].node == place.id:
            self.steps[-1].event = "failed"
        self.steps[-1].error = self.steps[-1].error or reason
        self.events.append(Failed(reason, detail, place.id, self.seq))

    def apply(self, place: Place, done: Step, taken: StepTaken) -> str | None:
        """Take over what the node gave; the exit to leave by."""
        taken.error = done.note
        leaving = done.exit
        if done.ask is not None:
            self.count_request()
        if leaving == "failed" and "failed" not in place.edges:
            raise NodeFailed("failed", done.note or "")
        if len(done.events) > 1:
            self.make_room(done.events)
        for event in done.events:
            if not self.accept(event, place, taken) and "refused" in place.edges:
                leaving = "refused"
        return leaving

    def accept(self, event: NodeEvent, place: Place, taken: StepTaken) -> bool:
        """Take over one event; false if it was refused."""
        event.node, event.seq = place.id, self.seq
        if isinstance(event, VariableSet):
            self.set_variable(event, taken)
        elif isinstance(event, MessageQueued):
            if self.is_repeated(event):
                taken.error = REPEATED
                self.events.append(MessageRefused(REPEATED, place.id, self.seq))
                return False
        elif isinstance(event, Effect):
            if event.effect == "webhook":
                self.count_request()
            if event.contact:
                self.ctx.know_contact(event.contact)
        else:
            self.ended = True
        self.events.append(event)
        return True

    def count_request(self) -> None:
        """One more call; refuses it where there were so many that it looks like a loop without end."""
        in_all, in_a_row = self.asked or (0, 0)
        if in_all >= MAX_REQUESTS:
            raise NodeFailed(REQUESTS, f"one run makes at most {MAX_REQUESTS} calls")
        if in_a_row >= MAX_REQUESTS_IN_A_ROW:
            raise NodeFailed(REQUESTS, f"at most {MAX_REQUESTS_IN_A_ROW} calls without the guest or a wait in between")
        self.asked = [in_all + 1, in_a_row + 1]

    def make_room(self, events: list[NodeEvent]) -> None:
        """Several changes happen all or none: refuse them before the first."""
        names = {event.name for event in events if isinstance(event, VariableSet)}
        self.check_room(len(names - self.ctx.variables.keys()))
        for event in events:
            if isinstance(event, VariableSet):
                check_size(event)

    def check_room(self, new: int) -> None:
        """Refuse more variables than there is room for."""
        if new and len(self.ctx.variables) + new > MAX_VARIABLES:
            raise NodeFailed("too_many_variables", f"an execution has at most {MAX_VARIABLES} variables")

    def set_variable(self, event: VariableSet, taken: StepTaken) -> None:
        """Keep a value, if there is room for it."""
        variables = self.ctx.variables
        check_size(event)
        self.check_room(event.name not in variables)
        event.before = variables.get(event.name)
        variables[event.name] = event.value
        changes = taken.changes = taken.changes or {}
        changes[event.name] = {"before": event.before, "after": event.value}

    def is_repeated(self, event: MessageQueued) -> bool:
        """Whether this text went out too often lately; if not, it is counted."""
        text = event.body["text"]
        self.output += len(text)
        if self.output > MAX_OUTPUT_CHARS:
            raise NodeFailed("output_too_large", f"one message caused more than {MAX_OUTPUT_CHARS} characters")
        checksum, at = zlib.crc32(text.encode("utf-8", "surrogatepass")), int(self.ctx.now.timestamp())
        since = at - SAME_TEXT_WITHIN_S
        if sum(1 for one, when in self.sent if one == checksum and when > since) >= SAME_TEXT_TIMES:
            return True
        self.sent = [*self.sent[1 - SENT_KEPT :], [checksum, at]]
        return False

    def begin_wait(self, place: Place, wait: WaitFor, taken: StepTaken) -> None:
        """Stay here, under a token that no earlier wait had."""
        taken.event = "waiting" if taken.event == "passed" else "retried"
        self.token += 1
        until = wait.until.isoformat() if wait.until else None
        self.status = Status.WAITING
        self.wait = Wait(self.token, until, wait.answers, wait.events)
        self.events.append(WaitStarted(until, self.token, wait.answers, place.id, self.seq))

    def begin_request(self, place: Place, ask: Ask, taken: StepTaken) -> None:
        """Ask the world and stay here until it has answered."""
        taken.event = "requested"
        self.token += 1
        until = ask.until.astimezone(UTC).isoformat()
        self.status = Status.WAITING
        self.wait = Wait(self.token, until, answers=False, request=True)
        self.events.append(Requested(ask.request, ask.payload, until, self.token, place.id, self.seq))

    def hear(self, place: Place, heard: list[dict[str, Any]], until: str) -> None:
        """More may come: stay here under a new token, and take what was said when nothing has come until then."""
        self.heard, self.tries = heard, self.ctx.tries
        self.seq += 1
        self.steps.append(StepTaken(self.seq, place.id, place.type, "heard"))
        self.token += 1
        self.status = Status.WAITING
        self.wait = Wait(self.token, until, answers=True)
        self.events.append(WaitStarted(until, self.token, True, place.id, self.seq))


def asked_before(state: State, said: Input) -> list[int]:
    """The requests so far, as State.asked: in a row are those since the guest spoke, or since time passed."""
    if isinstance(said, Started | Answered):
        return said.asked or state.asked
    is_late = isinstance(said, TimedOut) and state.wait is not None and state.wait.request
    return state.asked if is_late or not state.asked else [state.asked[0], 0]


def resumed_by(said: Input) -> str:
    """The word of a step that goes on because of this input."""
    if isinstance(said, TimedOut):
        return "timed_out"
    return "happened" if isinstance(said, Happened) else "answered"


def check_size(event: VariableSet) -> None:
    """Refuse a value that is too large to be kept."""
    if is_large(event.value):
        raise NodeFailed("value_too_large", f"{event.name} has more than {MAX_VALUE_BYTES} bytes")
