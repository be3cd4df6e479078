"""Executions and steps as rows: many in one statement, in and out."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from flows import usage
from flows.engine.state import State, Status
from flows.runtime import inputs
from flows.runtime.silence import EVENTS_HELD
from ops.live import publish as publish_live
from ops.salon import current_salon_id

if TYPE_CHECKING:
    from flows.runtime.running import Execution, Turn

_STATUS = {Status.NEW: "running", Status.WAITING: "waiting", Status.COMPLETED: "completed", Status.FAILED: "failed"}
# A step shows a variable's change; the whole of a long text stands in the execution's state.
_LONGEST_ERROR = 1000
# Beside the engine's own words of a state; see Execution.
HOLDS, IS_ASKED, EVENTS_AFTER, EVENTS_HAD = "holds", "is_asked", "events_after", "events_had"
# So many events one after the other are kept apart by their ids; older ones by the newest of them.
_MOST_HAD = 100


def write_executions(executions: Sequence["Execution"], now: datetime) -> None:
    """Update those there are, insert the new ones as they are by now. A second one of a conversation that listens is
    refused (I8); of two in this batch the one that leaves off is written first."""
    _update([one for one in executions if one.id], now)
    new = [one for one in executions if not one.id]
    _insert(new, now)
    usage.count(current_salon_id() or 0, [one.public_id for one in new])


def _insert(executions: Sequence["Execution"], now: datetime) -> None:
    if not executions:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO flow_execution (public_id, flow_id, version_id, contact_id, conversation_id, seed, "
            "started_at, began_by, parent_id, parent_token, status, listens, state, last_seq, waiting_until, ended_at, "
            "error, awaits) SELECT public_id, flow_id, version_id, contact_id, conversation_id, seed, %s, began_by, "
            f"parent_id, parent_token, status, listens, state, last_seq, until, ended, error, {_AWAITS} "
            "FROM ROWS FROM (unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], "
            f"%s::text[], %s::bigint[], %s::int[], {_TYPES}) AS new(public_id, flow_id, version_id, contact_id, "
            f"conversation_id, seed, began_by, parent_id, parent_token, {_NAMES}) RETURNING public_id, id",
            [
                now,
                [one.public_id for one in executions],
                [one.flow_id for one in executions],
                [one.version_id for one in executions],
                [one.contact_id for one in executions],
                [one.conversation_id for one in executions],
                [one.seed for one in executions],
                [one.began_by for one in executions],
                [one.parent_id for one in executions],
                [one.parent_token for one in executions],
                *_changing(executions, now),
            ],
        )
        ids = dict(cursor.fetchall())
    for one in executions:
        one.id = ids[one.public_id]


def _update(executions: Sequence["Execution"], now: datetime) -> None:
    if not executions:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE flow_execution e SET status = new.status, listens = new.listens, state = new.state, "
            "last_seq = new.last_seq, waiting_until = new.until, ended_at = new.ended, error = new.error, "
            f"awaits = {_AWAITS} FROM ROWS FROM (unnest(%s::bigint[], {_TYPES}) AS new(id, {_NAMES}) "
            "WHERE e.id = new.id",
            [[one.id for one in executions], *_changing(executions, now)],
        )


# What changes with each input, in the order of _changing. Kinds of events come as one text, as rows of an array need
# the same length; states as one JSON list, as an array of JSON texts is quoted twice, which takes longer than the rest.
_NAMES = "status, listens, last_seq, until, ended, error, awaits, state"
_TYPES = (
    "%s::text[], %s::bool[], %s::int[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::text[]), "
    "jsonb_array_elements(%s::jsonb)"
)
_AWAITS = "CASE new.awaits WHEN '' THEN '{}'::text[] ELSE string_to_array(new.awaits, ' ') END"


def _changing(executions: Sequence["Execution"], now: datetime) -> list[Any]:
    return [
        [_STATUS[one.state.status] for one in executions],
        [one.listens for one in executions],
        [one.state.seq for one in executions],
        [one.state.wait.until if one.state.wait else None for one in executions],
        [now if one.state.status in (Status.COMPLETED, Status.FAILED) else None for one in executions],
        [one.error for one in executions],
        [" ".join(one.awaits) for one in executions],
        _list(_kept(one) for one in executions),
    ]


def _list(texts: Iterable[str | None]) -> str:
    """JSON texts as one list."""
    return f"[{','.join(text or 'null' for text in texts)}]"


def _kept(one: "Execution") -> str:
    """The engine's state, and beside it what the runtime has to remember until the next input."""
    found = one.state.to_json()
    if one.state.status is Status.WAITING:
        found |= {name: True for name, there in ((HOLDS, one.holds), (IS_ASKED, one.is_asked)) if there}
    return json.dumps(found)


def note_what_is_no_news(waiting: Sequence[tuple["Execution", int]], own: Sequence[int]) -> None:
    """These wait for events from now on: what happened before, by their own doing too, is none of them.

    Each comes with the event that brought it here, 0 for none. After an event all others that came since it began to
    wait for that one are news: two within a moment are two, in whichever order they are brought. `own`: events of this
    turn.
    """
    if not waiting:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM event")
        newest: int = cursor.fetchone()[0]
        for one, event_id in waiting:
            had = sorted({*one.events_had, event_id, *own}) if event_id else []
            older, one.events_had = had[:-_MOST_HAD], had[-_MOST_HAD:]
            one.events_after = max([one.events_after, *older]) if event_id else newest
        cursor.execute(
            "UPDATE flow_execution e SET state = state || jsonb_build_object(%s::text, new.after, %s::text, new.had) "
            "FROM ROWS FROM (unnest(%s::bigint[], %s::bigint[]), jsonb_array_elements(%s::jsonb)) "
            "AS new(id, after, had) WHERE e.id = new.id",
            [
                EVENTS_AFTER,
                EVENTS_HAD,
                [one.id for one, _event in waiting],
                [one.events_after for one, _event in waiting],
                json.dumps([one.events_had for one, _event in waiting]),
            ],
        )


def hold_event(executions: Sequence["Execution"], event_id: int) -> None:
    """Keep an event with these until people are done with the guest (flows.runtime.silence)."""
    if executions:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE flow_execution SET state = jsonb_set(state, %s, coalesce(state->%s, '[]') || "
                "to_jsonb(%s::bigint)) WHERE id = ANY(%s) AND NOT coalesce(state->%s, '[]') @> to_jsonb(%s::bigint)",
                [[EVENTS_HELD], EVENTS_HELD, event_id, [one.id for one in executions], EVENTS_HELD, event_id],
            )


def write_steps(turns: Sequence["Turn"], now: datetime) -> list[int]:
    """The steps of all turns; their ids, in the order of the turns."""
    taken = [(turn, one) for turn in turns if turn.outcome for one in turn.outcome.steps]
    if not taken:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO flow_step (execution_id, flow_id, seq, node, type, exit, edge, at, duration_ms, event, "
            "changes, error, input) "
            "SELECT execution_id, flow_id, seq, node, type, exit, edge, %s, duration_ms, event, changes, error, "
            "NULLIF(input, 'null') "
            "FROM ROWS FROM (unnest(%s::bigint[], %s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[], "
            "%s::text[], %s::float8[], %s::text[], %s::text[]), jsonb_array_elements(%s::jsonb), "
            "jsonb_array_elements(%s::jsonb)) "
            "AS new(execution_id, flow_id, seq, node, type, exit, edge, duration_ms, event, error, changes, input) "
            "RETURNING id",
            [
                now,
                [turn.execution.id for turn, _one in taken],
                [turn.execution.flow_id for turn, _one in taken],
                [one.seq for _turn, one in taken],
                [one.node for _turn, one in taken],
                [one.type for _turn, one in taken],
                [one.exit or "" for _turn, one in taken],
                [one.edge or "" for _turn, one in taken],
                [turn.step_ms for turn, _one in taken],
                [one.event for _turn, one in taken],
                [(one.error or "")[:_LONGEST_ERROR] for _turn, one in taken],
                _list(json.dumps(one.changes) if one.changes else "{}" for _turn, one in taken),
                _list(_inputs(turns, str(now.tzinfo))),
            ],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _inputs(turns: Sequence["Turn"], zone: str) -> list[str | None]:
    """For each step what caused it, if it is the first of its input."""
    found: list[str | None] = []
    for turn in turns:
        if turn.outcome and turn.outcome.steps:
            found.append(inputs.kept(turn, zone))
            found += [None] * (len(turn.outcome.steps) - 1)
    return found


def publish(salon_id: int, turns: Sequence["Turn"], step_ids: Sequence[int]) -> None:
    """After the commit, tell who watches a flow which steps are new."""
    by_flow: dict[int, list[int]] = {}
    ids = iter(step_ids)
    for turn in turns:
        if turn.outcome:
            by_flow.setdefault(turn.execution.flow_id, []).extend(next(ids) for _ in turn.outcome.steps)

    def tell() -> None:
        for flow_id, steps in by_flow.items():
            publish_live(salon_id, f"flow.{flow_id}", {"kind": "steps", "steps": steps})

    transaction.on_commit(tell)


_LOAD = """
    SELECT e.id, e.public_id, e.flow_id, e.version_id, e.contact_id, e.conversation_id, v.public_id, v.number_id,
        e.state, e.seed, e.started_at, e.began_by, e.parent_id, e.parent_token
    FROM flow_execution e JOIN conversation v ON v.id = e.conversation_id
"""


def listening(conversation_ids: Sequence[int]) -> dict[int, "Execution"]:
    """The execution that hears the guest, by conversation; locked until the transaction ends."""
    sql = f"{_LOAD} WHERE e.conversation_id = ANY(%s) AND e.listens ORDER BY e.id FOR UPDATE OF e"
    return {one.conversation_id: one for one in _load(sql, list(conversation_ids))}


def said_lately(contact_ids: Sequence[int]) -> dict[int, list[list[int]]]:
    """What the newest execution of each contact said, as `State.sent`: two machines that start flows at each other are
    noticed over all their executions."""
    if not contact_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted.id, newest.sent FROM unnest(%s::bigint[]) AS wanted(id) CROSS JOIN LATERAL ("
            "SELECT state->'sent' AS sent FROM flow_execution e WHERE e.contact_id = wanted.id "
            "ORDER BY e.id DESC LIMIT 1) newest",
            [list(contact_ids)],
        )
        return {pk: _json(sent) or [] for pk, sent in cursor.fetchall()}


def default_flows(number_ids: Collection[int], flow_ids: Sequence[int]) -> dict[int, int]:
    """By number the flow that answers what no trigger wants; only those of `flow_ids`, which are switched on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.id, f.id FROM public.number n JOIN flow f ON f.public_id = n.default_flow "
            "WHERE n.id = ANY(%s) AND f.id = ANY(%s)",
            [list(number_ids), list(flow_ids)],
        )
        return dict(cursor.fetchall())


def by_id(execution_ids: Sequence[int]) -> dict[int, "Execution"]:
    """Waiting executions by id; locked until the transaction ends."""
    sql = f"{_LOAD} WHERE e.id = ANY(%s) AND e.status = 'waiting' ORDER BY e.id FOR UPDATE OF e"
    return {one.id: one for one in _load(sql, list(execution_ids))}


def awaiting(contact_ids: Sequence[int]) -> list["Execution"]:
    """Executions of these contacts that wait for something to happen; locked until the transaction ends."""
    sql = (
        f"{_LOAD} WHERE e.contact_id = ANY(%s) AND e.awaits <> '{{}}' AND e.status = 'waiting' "
        "ORDER BY e.id FOR UPDATE OF e"
    )
    return _load(sql, list(contact_ids))


def _load(sql: str, ids: list[int]) -> list["Execution"]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [ids])
        return [_execution(row) for row in cursor.fetchall()]


def _execution(row: Sequence[Any]) -> "Execution":
    from flows.runtime.running import Execution

    kept = _json(row[8])
    return Execution(
        id=row[0],
        public_id=row[1],
        flow_id=row[2],
        version_id=row[3],
        contact_id=row[4],
        conversation_id=row[5],
        conversation_public_id=row[6],
        number_id=row[7],
        state=State.from_json(kept),
        seed=row[9],
        started_at=row[10],
        began_by=row[11],
        parent_id=row[12],
        parent_token=row[13],
        holds=kept.get(HOLDS, False),
        is_asked=kept.get(IS_ASKED, False),
        events_after=kept.get(EVENTS_AFTER, 0),
        events_had=kept.get(EVENTS_HAD, []),
    )


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
