"""Meta's statuses of our messages, applied in batches of hundreds in a handful of statements.

The shown state is the maximum of what was ever told (I16), so order and repetitions do not matter: a status is first
kept as an event, then moves the message up or not at all.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from django.db import connection, transaction

from channels_wa.adapters.error_classes import class_of
from channels_wa.messages.models import STATUS_ORDER
from channels_wa.outbox import attempts
from channels_wa.outbox.attempts import Attempt
from channels_wa.outbox.telling import Change, tell
from ops import clock
from ops.salon import current_salon_id

Applied = Literal["applied", "duplicate", "unknown_message"]
RANK = {status: rank for rank, status in enumerate(STATUS_ORDER)}


class StatusUpdate(Protocol):
    """What a status says; `channels_wa.inbound.parse.StatusUpdate` is one."""

    @property
    def wamid(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def at(self) -> datetime | None: ...
    @property
    def attempt(self) -> str | None: ...
    @property
    def errors(self) -> Sequence[Any]: ...
    @property
    def pricing(self) -> dict[str, Any] | None: ...


@dataclass(slots=True)
class _Message:
    """A message as the statuses find it, and as they leave it."""

    id: int
    public_id: UUID
    conversation_id: int
    wamid: str | None
    status: str
    reason: str
    more: dict[str, Any] = field(default_factory=dict)
    is_changed: bool = False


@transaction.atomic(savepoint=False)
def apply(batch: Sequence[StatusUpdate]) -> list[Applied]:
    """Apply statuses of the salon we are in, in the caller's transaction; what became of each, in order.

    `unknown_message`: no message of this salon has that attempt or wamid (yet: it may be quicker than our record).
    """
    salon_id = current_salon_id()
    if salon_id is None:
        raise RuntimeError("statuses belong to a salon; there is none here")
    if not batch:
        return []
    named = [attempts.read(salon_id, update.attempt) for update in batch]
    items = _items(salon_id, [attempt for attempt in named if attempt])
    found = _messages(items, batch)
    by_wamid = {message.wamid: message for message in found.values() if message.wamid}
    told: list[tuple[StatusUpdate, Attempt | None, _Message | None]] = []
    for update, attempt in zip(batch, named, strict=True):
        message = found.get(items[attempt.item_id]) if attempt and attempt.item_id in items else None
        told.append((update, attempt if message else None, message or by_wamid.get(update.wamid)))
    results = _keep_events(told)
    for update, _attempt, message in told:
        if message is not None:
            _move_up(message, update)
    _write([message for message in found.values() if message.is_changed])
    _settle(salon_id, {attempt.item_id: update for update, attempt, _message in told if attempt})
    tell(
        salon_id,
        [
            Change(one.id, one.public_id, one.conversation_id, one.status, one.reason, one.more)
            for one in found.values()
            if one.is_changed
        ],
    )
    return results


def _items(salon_id: int, named: Sequence[Attempt]) -> dict[int, int]:
    """The messages of the items that attempts name, as far as they are this salon's and so many tries were made."""
    if not named:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, message_id, attempts, state <> 'settled' OR outcome = 'unknown' FROM public.outbox_item "
            "WHERE id = ANY(%s) AND salon_id = %s",
            [sorted({attempt.item_id for attempt in named}), salon_id],
        )
        rows = cursor.fetchall()
        if is_open := [row[0] for row in rows if row[3]]:
            # Items before messages, each by id: the order in which results are recorded too.
            cursor.execute(
                "SELECT id FROM public.outbox_item WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [sorted(is_open)]
            )
    made = {row[0]: row[2] for row in rows}
    real = {attempt.item_id for attempt in named if 1 <= attempt.n <= made.get(attempt.item_id, 0)}
    return {row[0]: row[1] for row in rows if row[0] in real}


def _messages(items: dict[int, int], batch: Sequence[StatusUpdate]) -> dict[int, _Message]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, public_id, conversation_id, wamid, status, reason FROM message "
            "WHERE (id = ANY(%s) OR wamid = ANY(%s)) AND direction = 'out' ORDER BY id FOR UPDATE",
            [list(items.values()), list({update.wamid for update in batch})],
        )
        return {row[0]: _Message(*row) for row in cursor.fetchall()}


def _keep_events(told: Sequence[tuple[StatusUpdate, Attempt | None, _Message | None]]) -> list[Applied]:
    """Store each status once; which of them were new."""
    wanted: dict[tuple[int, str, datetime | None], StatusUpdate] = {}
    first: dict[tuple[int, str, datetime | None], int] = {}
    for place, (update, _attempt, message) in enumerate(told):
        if message is not None:
            wanted.setdefault(_key(message, update), update)
            first.setdefault(_key(message, update), place)
    new = _insert(wanted)
    results: list[Applied] = []
    for place, (update, _attempt, message) in enumerate(told):
        if message is None:
            results.append("unknown_message")
        else:
            key = _key(message, update)
            results.append("applied" if key in new and first[key] == place else "duplicate")
    return results


def _key(message: _Message, update: StatusUpdate) -> tuple[int, str, datetime | None]:
    return message.id, update.status, update.at


def _insert(wanted: dict[tuple[int, str, datetime | None], StatusUpdate]) -> set[tuple[int, str, datetime | None]]:
    if not wanted:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO status_event (message_id, status, at, received_at, errors, pricing) "
            "SELECT g.message_id, g.status, g.at, %s, g.errors, g.pricing FROM unnest(%s::bigint[], %s::text[], "
            "%s::timestamptz[], %s::jsonb[], %s::jsonb[]) AS g(message_id, status, at, errors, pricing) "
            "ON CONFLICT DO NOTHING RETURNING message_id, status, at",
            [
                clock.now(),
                [key[0] for key in wanted],
                [key[1] for key in wanted],
                [key[2] for key in wanted],
                [_json([asdict(error) for error in update.errors]) for update in wanted.values()],
                [_json(update.pricing) for update in wanted.values()],
            ],
        )
        return set(cursor.fetchall())


def _json(value: object) -> str | None:
    return json.dumps(value) if value else None


def _move_up(message: _Message, update: StatusUpdate) -> None:
    if message.wamid is None:
        # The status was quicker than the answer to our call, or the answer never came.
        message.wamid, message.is_changed = update.wamid, True
    if RANK.get(update.status, -1) <= RANK.get(message.status, 0):
        return
    message.status, message.reason, message.is_changed = update.status, "", True
    if update.status == "failed":
        error = update.errors[0] if update.errors else None
        message.reason = f"{error.code or '-'} {error.details or error.title}".strip()[:1000] if error else "failed"
        if error is not None and error.code is not None:
            message.more = {"code": error.code, "class": str(class_of(error.code))}


def _write(changed: Sequence[_Message]) -> None:
    if not changed:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE message m SET wamid = g.wamid, status = g.status, reason = g.reason "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS g(id, wamid, status, reason) "
            "WHERE m.id = g.id",
            [
                [one.id for one in changed],
                [one.wamid for one in changed],
                [one.status for one in changed],
                [one.reason for one in changed],
            ],
        )


def _settle(salon_id: int, told: dict[int, StatusUpdate]) -> None:
    """Close the items whose fate the statuses tell: whatever comes back with our word was accepted."""
    if not told:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.outbox_item SET state = 'settled', outcome = 'accepted', reason = '', lease_until = NULL, "
            "settled_at = %s WHERE id = ANY(%s) AND salon_id = %s AND (state <> 'settled' OR outcome = 'unknown')",
            [clock.now(), sorted(told), salon_id],
        )
