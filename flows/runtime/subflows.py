"""A flow inside of a flow: an execution of its own, whose end is the answer that the other one waits for (FL-002).

Both are written in one transaction, so there is never one without the other. The inner one talks with the guest; the
outer one only waits, under a request.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import connection

from channels_wa.numbers.models import Number
from flows.engine.events import Failed, Requested, StepTaken
from flows.engine.inputs import Answered, Started
from flows.engine.state import State, Status
from flows.engine.step import Outcome
from flows.models import Flow
from flows.runtime import rows
from flows.runtime.facts import Person, people, salon_facts
from flows.runtime.graphs import graphs_of
from ops import clock
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id

if TYPE_CHECKING:
    from flows.runtime.running import Execution, Turn

MAX_DEPTH: Final = 5
BEGAN_BY: Final = "flow"
_OVER = (Status.COMPLETED, Status.FAILED)


@dataclass(frozen=True, slots=True)
class Reply:
    """What an execution is answered."""

    execution: "Execution"
    token: int
    answer: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    # State.asked of a subflow that has ended.
    asked: list[int] = field(default_factory=list)


Calling = tuple["Execution", Requested]
# A subflow, its first variables, and State.asked of who calls it.
Begun = tuple["Execution", dict[str, Any], list[int]]


def has_ended(turn: "Turn") -> bool:
    """Whether this was somebody's subflow and is over."""
    return turn.execution.parent_id is not None and turn.execution.state.status in _OVER


def follow(
    salon_id: int, turns: Sequence["Turn"], calling: Sequence[Calling], replies: Sequence[Reply]
) -> list["Turn"]:
    """First inputs of subflows, and answers to those whose subflow has ended or cannot begin."""
    flows = _flows(calling)
    depths = _depths([execution.id for execution, _event in calling])
    said = rows.said_lately([execution.contact_id for execution, _event in calling])
    begun: list[Begun] = []
    every = [*replies, *_ends(turns)]
    for parent, event in calling:
        flow = flows.get(str(event.payload.get("flow")))
        if error := _why_not(flow, depths[parent.id]):
            every.append(Reply(parent, event.token, error=error))
        elif flow is not None:
            child = _child(parent, event, flow, said.get(parent.contact_id, []))
            begun.append((child, dict(event.payload.get("variables") or {}), parent.state.asked))
    return _turns(salon_id, every, begun)


def answer(salon_id: int, replies: Sequence[Reply]) -> list["Turn"]:
    """Turns that give executions their answers."""
    return _turns(salon_id, replies, [])


def give_up(
    salon_id: int, calling: Sequence[Calling], replies: Sequence[Reply], turns: Sequence["Turn"]
) -> list["Turn"]:
    """Flows call each other without end: all that would go on by it fails."""
    every = [*replies, *_ends(turns), *(Reply(execution, event.token) for execution, event in calling)]
    found = _turns(salon_id, [replace(reply, answer={}, error="failed") for reply in every], [])
    for turn in found:
        _fail(turn)
    return found


def on_cancelled(events: Sequence[Heard]) -> None:
    """`execution.cancelled`: who waits for it is told; where the talk is over it ends too."""
    from flows.runtime.cancelling import cancel_many  # late: it needs what needs this
    from flows.runtime.running import run

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.parent_id, e.parent_token, v.closed_at IS NOT NULL FROM flow_execution e "
            "JOIN conversation v ON v.id = e.conversation_id "
            "WHERE e.public_id = ANY(%s) AND e.parent_id IS NOT NULL AND e.status = 'cancelled' ORDER BY e.parent_id",
            [[event.subject for event in events]],
        )
        found = cursor.fetchall()
    over = {parent_id for parent_id, _token, is_closed in found if is_closed}
    going = {parent_id: token for parent_id, token, is_closed in found if not is_closed}
    parents = [one for one in rows.by_id(list(going)).values() if _waits(one, going[one.id])]
    # The guest talks with another flow by now, as after a merge: this one has lost its place.
    busy = rows.listening([one.conversation_id for one in parents])
    over |= {one.id for one in parents if one.conversation_id in busy}
    cancel_many(over, why="with_subflow")
    parents, salon_id = [one for one in parents if one.id not in over], current_salon_id() or 0
    run(salon_id, answer(salon_id, [Reply(one, going[one.id], error="failed") for one in parents]))


def drop_children(execution_ids: Collection[int]) -> None:
    """Nobody waits any more for the subflows of these."""
    from flows.models import FlowExecution
    from flows.runtime.cancelling import cancel_many  # late: it needs what needs this

    children = FlowExecution.objects.filter(parent_id__in=execution_ids, status__in=("running", "waiting"))
    if ids := list(children.values_list("pk", flat=True)):
        cancel_many(ids, why="with_parent")


def _ends(turns: Sequence["Turn"]) -> list[Reply]:
    ended = {turn.execution.parent_id: turn.execution for turn in turns if has_ended(turn)}
    found = []
    for parent in rows.by_id([pk for pk in ended if pk]).values() if ended else ():
        child = ended[parent.id]
        if not _waits(parent, child.parent_token):
            continue
        parent.is_asked = child.is_asked
        is_well = child.state.status is Status.COMPLETED
        answer = {"variables": child.state.variables} if is_well else {}
        found.append(Reply(parent, child.parent_token or 0, answer, "" if is_well else "failed", child.state.asked))
    return found


def _waits(parent: "Execution", token: int | None) -> bool:
    wait = parent.state.wait
    return wait is not None and wait.request and wait.token == token


def _turns(salon_id: int, replies: Sequence[Reply], begun: Sequence[Begun]) -> list["Turn"]:
    from flows.runtime.running import Turn

    executions = [reply.execution for reply in replies] + [child for child, _variables, _asked in begun]
    if not executions:
        return []
    # Read anew: effects may have changed the guest a moment ago.
    known, facts = _people(salon_id, executions), {"salon": salon_facts(salon_id).to_json()}
    graphs = graphs_of(salon_id, {one.version_id for one in executions})

    def of(one: "Execution") -> dict[str, Any]:
        return {"contact": known[one.contact_id].facts, **facts}

    answered = [
        Turn(
            execution=reply.execution,
            graph=graphs[reply.execution.version_id],
            said=Answered(reply.token, reply.answer, reply.error, of(reply.execution), reply.asked),
            person=known[reply.execution.contact_id],
        )
        for reply in replies
    ]
    started = [
        Turn(
            execution=child,
            graph=graphs[child.version_id],
            said=Started(None, of(child), {"on": BEGAN_BY}, variables, asked),
            person=known[child.contact_id],
        )
        for child, variables, asked in begun
    ]
    return answered + started


def _people(salon_id: int, executions: Sequence["Execution"]) -> dict[int, Person]:
    portfolios = dict(Number.objects.filter(salon_id=salon_id).values_list("pk", "portfolio"))
    return people([(one.contact_id, portfolios.get(one.number_id, "")) for one in executions])


def _flows(calling: Sequence[Calling]) -> dict[str, Flow]:
    wanted = {str(event.payload.get("flow")) for _execution, event in calling}
    ids = []
    for one in wanted:
        try:
            ids.append(UUID(one))
        except ValueError:
            continue
    return {str(flow.public_id): flow for flow in Flow.objects.filter(public_id__in=ids)} if ids else {}


def _depths(execution_ids: Sequence[int]) -> dict[int, int]:
    """How many executions stand above each."""
    if not execution_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE above(id, parent_id, depth) AS ("
            "SELECT id, parent_id, 0 FROM flow_execution WHERE id = ANY(%s) UNION ALL "
            "SELECT a.id, e.parent_id, a.depth + 1 FROM above a JOIN flow_execution e ON e.id = a.parent_id "
            f"WHERE a.depth < {2 * MAX_DEPTH}) SELECT id, max(depth) FROM above GROUP BY id",
            [list(execution_ids)],
        )
        return dict(cursor.fetchall())


def _why_not(flow: Flow | None, depth: int) -> str:
    if depth + 1 >= MAX_DEPTH:
        return "too_deep"
    if flow is None:
        return "missing"
    return "" if flow.published_id and not flow.paused_at and not flow.archived_at else "not_published"


def _child(parent: "Execution", event: Requested, flow: Flow, sent: list[list[int]]) -> "Execution":
    from flows.runtime.running import Execution

    return Execution(
        flow_id=flow.pk,
        version_id=flow.published_id or 0,
        contact_id=parent.contact_id,
        conversation_id=parent.conversation_id,
        conversation_public_id=parent.conversation_public_id,
        number_id=parent.number_id,
        state=State(sent=sent or parent.state.sent),
        started_at=clock.now(),
        began_by=BEGAN_BY,
        parent_id=parent.id,
        parent_token=event.token,
        is_asked=parent.is_asked,
    )


def _fail(turn: "Turn") -> None:
    """Write down that this execution cannot go on, as the engine would."""
    from flows.runtime.running import note

    state, seq = turn.execution.state, turn.execution.state.seq + 1
    at = state.at or turn.graph.start.id
    kind = turn.graph.places[at].type if at in turn.graph.places else ""
    why = "flows call each other without end"
    outcome = Outcome(
        replace(state, status=Status.FAILED, wait=None, seq=seq, heard=[]),
        [Failed("too_many_subflows", why, at, seq)],
        [StepTaken(seq, at, kind, "failed", error=f"too_many_subflows: {why}")],
    )
    note(turn, outcome)
