"""Writing events."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from ops import clock
from ops.bell import ring
from ops.ids import uuid7
from ops.salon import current_salon_id


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What happened to whom; `kind` is `thing.happened`, `subject` a public id."""

    kind: str
    subject: UUID
    payload: dict[str, Any] = field(default_factory=dict)
    version: int = 1


_noted: ContextVar[list[int] | None] = ContextVar("events_noted", default=None)


@contextmanager
def noting() -> Iterator[list[int]]:
    """The ids of all events that are written inside of the block."""
    ids: list[int] = []
    token = _noted.set(ids)
    try:
        yield ids
    finally:
        _noted.reset(token)


def emit(kind: str, *, subject: UUID, payload: dict[str, Any] | None = None) -> None:
    """Write one event of the salon we are in; those who listen (EVENT_HANDLERS) hear of it after the commit."""
    emit_many([NewEvent(kind, subject, payload or {})])


def emit_many(events: Sequence[NewEvent]) -> None:
    """Write events in one statement, and a pointer for each handler that wants one."""
    salon_id = current_salon_id()
    if salon_id is None:
        raise RuntimeError("events belong to a salon; there is none here")
    if not events:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO event (public_id, kind, subject, version, payload, at) "
            "SELECT id, kind, subject, version, payload, at FROM ROWS FROM (unnest(%s::uuid[], %s::text[], %s::uuid[], "
            "%s::int[], %s::timestamptz[]), jsonb_array_elements(%s::jsonb)) "
            "AS new(id, kind, subject, version, at, payload) RETURNING id",
            [
                [uuid7() for _ in events],
                [event.kind for event in events],
                [event.subject for event in events],
                [event.version for event in events],
                [clock.now()] * len(events),
                # One JSON list: an array of JSON texts would be quoted twice.
                json.dumps([event.payload for event in events]),
            ],
        )
        ids = [row[0] for row in cursor.fetchall()]
    if (noted := _noted.get()) is not None:
        noted += ids
    _point_to([(pk, event) for pk, event in zip(ids, events, strict=True) if handlers_of(event.kind)], salon_id)


@cache
def handlers_of(kind: str) -> tuple[str, ...]:
    """The dotted paths that want to hear of this kind, in their order."""
    found = []
    for pattern, paths in settings.EVENT_HANDLERS.items():
        if pattern == kind or (pattern.endswith("*") and kind.startswith(pattern[:-1])):
            found += paths
    return tuple(found)


def _point_to(wanted: Sequence[tuple[int, NewEvent]], salon_id: int) -> None:
    rows = [(pk, event, handler) for pk, event in wanted for handler in handlers_of(event.kind)]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.event_item "
            "(salon_id, event_id, kind, handler, order_key, state, due_at, fence, attempts, error) "
            "SELECT %s, id, kind, handler, order_key, 'pending', %s, 0, 0, '' "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS new(id, kind, handler, order_key)",
            [
                salon_id,
                clock.real(),
                [pk for pk, _event, _handler in rows],
                [event.kind for _pk, event, _handler in rows],
                [handler for _pk, _event, handler in rows],
                [f"{salon_id}:{event.subject}:{handler}" for _pk, event, handler in rows],
            ],
        )
    transaction.on_commit(lambda: ring("events"))
