"""Ending runs before their time: nothing more happens in them, and nothing of theirs is still to come."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from flows.models import Flow, FlowExecution, FlowVersion
from flows.runtime.running import WAIT
from flows.runtime.silence import AGAIN
from ops import clock
from ops.events.actions import NewEvent, emit_many
from ops.salon import current_salon_id
from ops.timers import actions as timers
from tenants.audit import actions as audit

_BATCH: Final = 500
# Runs inside of a run inside of a run …
_DEEPEST: Final = 10


@dataclass(frozen=True, slots=True)
class _Ended:
    """One that was ended."""

    id: int
    public_id: UUID
    conversation_id: int
    token: int | None


class NotRunning(Exception):
    """The run is over already; nothing was changed."""


@transaction.atomic
def cancel(execution: FlowExecution, *, by: Any, alone: bool = False) -> None:
    """End a run because a person or a program wants it, with those it is inside of and those inside of it.

    `alone`: the one that it is inside of is told and goes on. What was sent stays sent. Raises NotRunning.
    """
    held = FlowExecution.objects.select_for_update().filter(pk=execution.pk, status__in=("running", "waiting"))
    if not held.exists():
        raise NotRunning
    (cancel_many if alone else cancel_talks)([execution.pk], why="by_hand")
    audit.record("execution.cancelled", subject=execution.public_id, by=by)


def cancel_talks(execution_ids: Collection[int], *, why: str) -> None:
    """End these and the runs that they are inside of, as one talk with the guest."""
    outermost = set(execution_ids)
    for _ in range(_DEEPEST):
        outer = FlowExecution.objects.filter(pk__in=outermost, parent_id__isnull=False)
        parents = dict(outer.values_list("pk", "parent_id"))
        if not parents:
            break
        outermost = {parents.get(pk) or pk for pk in outermost}
    cancel_many(outermost, why=why)


def cancel_version(flow: Flow, version: FlowVersion, *, by: Any) -> int:
    """End all that runs on a version; how many. In batches, each its own transaction: safe to ask again."""
    ended = 0
    while True:
        with transaction.atomic():
            found = FlowExecution.objects.filter(flow=flow, version=version, status=FlowExecution.Status.WAITING)
            ids = list(found.order_by("pk").values_list("pk", flat=True)[:_BATCH])
            done = cancel_many(ids, why="version_cancelled")
        ended += done
        if len(ids) < _BATCH:
            break
    if ended:
        after = {"version": version.number, "cancelled": ended}
        audit.record("flow.runs_cancelled", subject=flow.public_id, by=by, after=after)
    return ended


def cancel_many(execution_ids: Collection[int], *, why: str) -> int:
    """End those that run or wait, and the runs inside of them, in the caller's transaction; how many of the given."""
    ended = _end(sorted(execution_ids))
    inner = ended
    for _ in range(_DEEPEST):
        inner = _end(_inside([one.id for one in inner]))
        _forget(inner, why="with_parent")
        if not inner:
            break
    _forget(ended, why=why)
    return len(ended)


def _end(execution_ids: Sequence[int]) -> list[_Ended]:
    if not execution_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE flow_execution e SET status = 'cancelled', listens = false, waiting_until = NULL, awaits = '{}', "
            "ended_at = %s FROM (SELECT id FROM flow_execution WHERE id = ANY(%s) "
            "AND status IN ('running', 'waiting') ORDER BY id FOR UPDATE) found WHERE e.id = found.id "
            "RETURNING e.id, e.public_id, e.conversation_id, (e.state->'wait'->>'token')::int",
            [clock.now(), list(execution_ids)],
        )
        ended = [_Ended(*row) for row in cursor.fetchall()]
        # Calls that somebody would have waited for; those that nobody waits for are made all the same.
        cursor.execute(
            "UPDATE flow_call SET state = 'failed', error = 'cancelled', done_at = %s "
            "WHERE execution_id = ANY(%s) AND state = 'pending' AND token IS NOT NULL",
            [clock.now(), [one.id for one in ended]],
        )
    return ended


def _inside(execution_ids: Sequence[int]) -> list[int]:
    if not execution_ids:
        return []
    children = FlowExecution.objects.filter(parent_id__in=execution_ids, status__in=("running", "waiting"))
    return list(children.order_by("pk").values_list("pk", flat=True))


def _forget(ended: Sequence[_Ended], *, why: str) -> None:
    salon_id = current_salon_id()
    timers.cancel_many(salon_id, WAIT, [str(one.id) for one in ended])
    timers.cancel_many(salon_id, AGAIN, [f"{one.id}:{one.token}" for one in ended if one.token is not None])
    emit_many(
        [
            NewEvent("execution.cancelled", one.public_id, {"conversation_id": one.conversation_id, "why": why})
            for one in ended
        ]
    )
