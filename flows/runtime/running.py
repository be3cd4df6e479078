"""Running executions: the engine decides, this carries out. A batch of one salon, in the caller's transaction."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from channels_wa.outbox.actions import enqueue_many
from channels_wa.outbox.message import Enqueued, NewMessage
from crm.inbox.live import tell_new
from crm.inbox.summary import note_outbound
from flows.engine.events import Failed, MessageQueued, Requested, WaitStarted
from flows.engine.inputs import Answered, Happened, Input, Said, Started, TimedOut
from flows.engine.state import State, Status
from flows.engine.step import Outcome, step
from flows.graph import Graph
from flows.runtime import counts, effects, requests, rows, subflows
from flows.runtime.bodies import said
from flows.runtime.facts import Person, salon_facts
from ops import clock
from ops.events.actions import NewEvent, emit_many, noting
from ops.failpoint import failpoint
from ops.ids import uuid7
from ops.metrics import FLOW_STEPS
from ops.timers import actions as timers

WAIT = "flow.wait"
_SEED_BITS = 62


@dataclass(slots=True)
class Execution:
    """One run, as it is between two inputs. `id` is 0 until its row is written."""

    flow_id: int
    version_id: int
    contact_id: int
    conversation_id: int
    conversation_public_id: UUID
    number_id: int
    state: State
    started_at: datetime
    id: int = 0
    public_id: UUID = field(default_factory=uuid7)
    seed: int = field(default_factory=lambda: secrets.randbits(_SEED_BITS))
    error: str = ""
    # What began it (models.FlowExecution).
    began_by: str = ""
    # Whose subflow it is, and under which token that one waits for it.
    parent_id: int | None = None
    parent_token: int | None = None
    # Beside the engine's state, kept with it: whether it asks a program and the guest waits with it (`holds`), whether
    # the guest's own message brought it here (`is_asked`), the newest event that was no news any more when it began to
    # wait for events, and which of the later ones are none either: those it had, and its own doing.
    holds: bool = False
    is_asked: bool = False
    events_after: int = 0
    events_had: list[int] = field(default_factory=list)

    @property
    def listens(self) -> bool:
        """Whether it is this one that the guest talks with: it waits for an answer, or for a program to go on."""
        wait = self.state.wait
        return self.state.status is Status.WAITING and wait is not None and (wait.answers or self.holds)

    @property
    def awaits(self) -> list[str]:
        """Kinds of events that it waits for."""
        wait = self.state.wait
        return wait.events if wait and self.state.status is Status.WAITING else []


@dataclass(slots=True)
class Turn:
    """One input for one execution, and what came of it."""

    execution: Execution
    graph: Graph
    said: Input
    person: Person
    outcome: Outcome | None = None
    # Of the event that happened (`Happened`).
    event_id: int = 0
    # The state that the input met.
    before: State = field(default_factory=State)
    # Whether a timer was set for what the execution waited for until now.
    had_timer: bool = False
    step_ms: float = 0.0


def run(salon_id: int, turns: Sequence[Turn]) -> list[Turn]:
    """Give each execution its input; the turns that changed something, with everything they caused written.

    What is answered at once, as a subflow that ends without waiting, is answered here too, in further rounds.
    """
    now = clock.now().astimezone(salon_facts(salon_id).zone)
    taken = _round(salon_id, turns, now)
    every, following = list(taken), list(taken)
    number = 0
    while following and (more := requests.follow(salon_id, following, number)):
        number += 1
        following = _round(salon_id, more, now)
        every += following
    if every:
        # The last of the transaction: others wait for these rows.
        counts.add(every, now.date())
    return taken


def _round(salon_id: int, turns: Sequence[Turn], now: datetime) -> list[Turn]:
    taken = [turn for turn in turns if turn.outcome or _take(turn, now)]
    if not taken:
        return []
    rows.write_executions([turn.execution for turn in taken], now)
    with noting() as own:
        step_ids = _carry_out(salon_id, taken, now)
    rows.note_what_is_no_news([(turn.execution, turn.event_id) for turn in taken if turn.execution.awaits], own)
    FLOW_STEPS.inc(len(step_ids))
    rows.publish(salon_id, taken, step_ids)
    return taken


def _carry_out(salon_id: int, taken: Sequence[Turn], now: datetime) -> list[int]:
    """Do what the engine decided; the ids of the steps."""
    # Before the steps are written, as what cannot be done is noted at them.
    effects.carry_out(taken)
    step_ids = rows.write_steps(taken, now)
    failpoint("flows.in_run")
    _send(taken, now)
    _set_timers(salon_id, taken)
    requests.ask(salon_id, taken)
    if late := [turn.execution.id for turn in taken if _left_a_request(turn)]:
        subflows.drop_children(late)
    emit_many([event for turn in taken for event in _news(turn)])
    return step_ids


def _take(turn: Turn, now: datetime) -> bool:
    began = time.perf_counter()
    execution = turn.execution
    old = execution.state
    outcome = step(turn.graph, old, turn.said, now=now, seed=execution.seed)
    if outcome.ignored:
        return False
    execution.is_asked = _is_asked(execution, turn.said)
    note(turn, outcome)
    turn.step_ms = (time.perf_counter() - began) * 1000 / max(len(outcome.steps), 1)
    return True


def note(turn: Turn, outcome: Outcome) -> None:
    """Take over what the engine decided."""
    execution = turn.execution
    turn.outcome, turn.before, execution.state = outcome, execution.state, outcome.state
    wait = turn.before.wait
    # One that fires now is finished by the ticker.
    turn.had_timer = bool(wait and wait.until) and not isinstance(turn.said, TimedOut)
    newest = outcome.events[-1] if outcome.events else None
    execution.holds = isinstance(newest, Requested) and newest.request in requests.HOLD
    failed = next((event for event in outcome.events if isinstance(event, Failed)), None)
    execution.error = f"{failed.reason}: {failed.detail}".rstrip(": ") if failed else ""


def _left_a_request(turn: Turn) -> bool:
    """Whether the execution waits no longer for what it asked: its time was over."""
    wait = turn.before.wait
    return wait is not None and wait.request and not isinstance(turn.said, Answered)


def _is_asked(execution: Execution, said: Input) -> bool:
    """Whether the guest's own message leads here, if by way of a program's answer."""
    if isinstance(said, Said):
        return True
    if isinstance(said, Started):
        return said.message is not None or execution.is_asked
    if isinstance(said, Happened):
        return False
    if isinstance(said, Answered):
        return execution.is_asked
    # The end of a burst of messages is their answer, and a program's deadline is no wait of the flow's.
    wait = execution.state.wait
    return bool(execution.state.heard) or (wait is not None and wait.request and execution.is_asked)


def _send(turns: Sequence[Turn], now: datetime) -> None:
    messages = [
        _message(turn, event)
        for turn in turns
        if turn.outcome
        for event in turn.outcome.events
        if isinstance(event, MessageQueued)
    ]
    if messages:
        written = enqueue_many(messages)
        new = [one for one in written if one.is_new]
        note_outbound([_summary(one) for one in new], at=now)
        tell_new([one.message_id for one in new], [one.conversation_id for one in new])


def _summary(one: Enqueued) -> tuple[int, str, str]:
    return one.conversation_id, one.type, one.text


def _message(turn: Turn, event: MessageQueued) -> NewMessage:
    execution, body = turn.execution, event.body
    kind, text, payload = said(body, execution.number_id)
    return NewMessage(
        contact_id=execution.contact_id,
        conversation_id=execution.conversation_id,
        number_id=execution.number_id,
        recipient_kind=turn.person.recipient_kind,
        recipient=turn.person.recipient,
        type=kind,
        text=text,
        payload=payload,
        # Written once whatever happens: the same step of the same execution is the same message (I9).
        # What nobody wrote for just now is started by the salon, and a guest may have stopped that.
        purpose="reply" if execution.is_asked else "service",
        dedupe_key=f"flow:{execution.id}:{event.seq}",
        execution_id=execution.id,
    )


def _set_timers(salon_id: int, turns: Sequence[Turn]) -> None:
    """Take back what the executions waited for and set what they wait for now."""
    timers.cancel_many(salon_id, WAIT, [str(turn.execution.id) for turn in turns if turn.had_timer])
    new = [
        timers.NewTimer(WAIT, str(turn.execution.id), datetime.fromisoformat(event.until), event.token)
        for turn in turns
        if turn.outcome
        for event in turn.outcome.events[-1:]
        if isinstance(event, WaitStarted | Requested) and event.until
    ]
    timers.set_many(salon_id, new)


def _news(turn: Turn) -> list[NewEvent]:
    execution, outcome = turn.execution, turn.outcome
    if outcome is None:
        return []
    payload: dict[str, Any] = {
        "conversation": str(execution.conversation_public_id),
        "conversation_id": execution.conversation_id,
    }
    failed = next((event for event in outcome.events if isinstance(event, Failed)), None)
    if failed:
        payload |= {"reason": failed.reason, "detail": failed.detail, "node": failed.node}
    kind = {Status.FAILED: "execution.failed", Status.COMPLETED: "execution.completed"}.get(execution.state.status)
    return [NewEvent(kind, execution.public_id, payload)] if kind else []
