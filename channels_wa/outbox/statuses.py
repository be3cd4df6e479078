"""Meta's statuses of our messages, applied in batches of hundreds in a handful of statements.

The shown state is the maximum of what was ever told (I16), so order and repetitions do not matter: a status is first
kept as an event, then moves the message up or not at all.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol
from uuid import UUID

from django.db import connection, transaction

from channels_wa.adapters.error_classes import class_of
from channels_wa.messages.models import STATUS_ORDER
from channels_wa.outbox import attempts, consequences, fees, usage
from channels_wa.outbox.attempts import Attempt
from channels_wa.outbox.numbers import apply_effects
from channels_wa.outbox.reactions import NumberEffect, effect_of_status
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
    number_id: int
    more: dict[str, Any] = field(default_factory=dict)
    is_changed: bool = False


class _Item(NamedTuple):
    """An item as the statuses find it."""

    message_id: int
    attempts: int
    state: str

    def has(self, attempt: Attempt) -> bool:
        """Whether so many tries were made."""
        return 1 <= attempt.n <= self.attempts


_NONE = _Item(0, 0, "")


class _Told(NamedTuple):
    """A status, and what of ours it names."""

    update: StatusUpdate
    attempt: Attempt | None
    message: _Message | None
    item: _Item | None


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
    found = _messages([item.message_id for item in items.values()], batch)
    by_wamid = {message.wamid: message for message in found.values() if message.wamid}
    told: list[_Told] = []
    for update, attempt in zip(batch, named, strict=True):
        item = items.get(attempt.item_id) if attempt and items.get(attempt.item_id, _NONE).has(attempt) else None
        message = found.get(item.message_id) if item else None
        told.append(_Told(update, attempt if message else None, message or by_wamid.get(update.wamid), item))
    of_messages = [(one.message.id, one.update) for one in told if one.message is not None]
    before = fees.priced_before(of_messages)
    results = _keep_events(told)
    fees.note(salon_id, of_messages, before)
    # What was told before has had its effect then: repeated after a retry, it must not undo that.
    news = [one for one, result in zip(told, results, strict=True) if result == "applied" and not _is_overtaken(one)]
    for one in news:
        if one.message is not None:
            if one.message.wamid is None and one.update.wamid not in by_wamid:
                # The status was quicker than the answer to our call, or the answer never came.
                one.message.wamid, one.message.is_changed = one.update.wamid, True
                by_wamid[one.update.wamid] = one.message
            _move_up(one.message, one.update)
    _write([message for message in found.values() if message.is_changed])
    accepted = _settle(salon_id, {one.attempt.item_id for one in news if one.attempt})
    usage.count(salon_id, [(pk, found[pk].public_id) for pk in accepted if pk in found])
    tell(
        salon_id,
        [
            Change(one.id, one.public_id, one.conversation_id, one.status, one.reason, one.more)
            for one in found.values()
            if one.is_changed
        ],
    )
    _tell_of_errors(news)
    return results


def _is_overtaken(one: _Told) -> bool:
    """Whether it tells of the failure of a try after which another was begun or asked for."""
    if one.update.status != "failed" or one.attempt is None or one.item is None:
        return False
    return one.attempt.n < one.item.attempts or one.item.state == "queued"


def _items(salon_id: int, named: Sequence[Attempt]) -> dict[int, _Item]:
    """The items that attempts name, as far as they are this salon's."""
    if not named:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, message_id, attempts, state, state <> 'settled' OR outcome = 'unknown' FROM public.outbox_item "
            "WHERE id = ANY(%s) AND salon_id = %s",
            [sorted({attempt.item_id for attempt in named}), salon_id],
        )
        rows = cursor.fetchall()
        if is_open := [row[0] for row in rows if row[4]]:
            # Items before messages, each by id: the order in which results are recorded too.
            cursor.execute(
                "SELECT id FROM public.outbox_item WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [sorted(is_open)]
            )
    return {row[0]: _Item(*row[1:4]) for row in rows}


def _messages(message_ids: Sequence[int], batch: Sequence[StatusUpdate]) -> dict[int, _Message]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, public_id, conversation_id, wamid, status, reason, number_id FROM message "
            "WHERE (id = ANY(%s) OR wamid = ANY(%s)) AND direction = 'out' ORDER BY id FOR UPDATE",
            [list(message_ids), list({update.wamid for update in batch})],
        )
        return {row[0]: _Message(*row) for row in cursor.fetchall()}


def _keep_events(told: Sequence[_Told]) -> list[Applied]:
    """Store each status once; which of them were new."""
    wanted: dict[tuple[int, str, datetime | None], StatusUpdate] = {}
    first: dict[tuple[int, str, datetime | None], int] = {}
    for place, one in enumerate(told):
        if one.message is not None:
            wanted.setdefault(_key(one.message, one.update), one.update)
            first.setdefault(_key(one.message, one.update), place)
    new = _insert(wanted)
    results: list[Applied] = []
    for place, one in enumerate(told):
        if one.message is None:
            results.append("unknown_message")
        else:
            key = _key(one.message, one.update)
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
    if RANK.get(update.status, -1) <= RANK.get(message.status, 0):
        return
    message.status, message.reason, message.is_changed = update.status, "", True
    if update.status == "failed":
        error = update.errors[0] if update.errors else None
        message.reason = _reason(error) if error else "failed"
        if error is not None and error.code is not None:
            message.more = {"code": error.code, "class": str(class_of(error.code))}


def _reason(error: Any) -> str:
    return f"{'-' if error.code is None else error.code} {error.details or error.title}".strip()[:1000]


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


def _settle(salon_id: int, item_ids: set[int]) -> list[int]:
    """Close the items whose fate the statuses tell: whatever comes back with our word was accepted; their messages."""
    if not item_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.outbox_item SET state = 'settled', outcome = 'accepted', reason = '', lease_until = NULL, "
            "settled_at = %s WHERE id = ANY(%s) AND salon_id = %s AND (state <> 'settled' OR outcome = 'unknown') "
            "RETURNING message_id",
            [clock.now(), sorted(item_ids), salon_id],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _tell_of_errors(news: Sequence[_Told]) -> None:
    """What the errors mean for guests, templates and whole numbers, each as if it had been said at once."""
    failed: list[consequences.Failed] = []
    effects: list[NumberEffect | None] = []
    now, real = clock.now(), clock.real()
    for one in news:
        if one.update.status != "failed" or one.message is None:
            continue
        for error in one.update.errors:
            if error.code is not None:
                failed.append(consequences.Failed(one.message.id, error.code, class_of(error.code)))
                details = error.details or error.title
                effects.append(effect_of_status(error.code, one.message.number_id, details, now=now, real=real))
    consequences.tell(failed)
    apply_effects([effect for effect in effects if effect is not None])
