"""Settling what nobody knows: attempts whose worker died, calls without a readable answer.

A status with our attempt's word settles it as accepted (`statuses.apply`). After the grace it is decided by certainty:
at most once stays unknown for a person, at least once is sent one more time and marked.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from channels_wa.outbox import numbers
from channels_wa.outbox.claiming import Item
from channels_wa.outbox.dispatcher import wake
from channels_wa.outbox.message import AT_LEAST_ONCE
from channels_wa.outbox.reactions import Ending, Result
from channels_wa.outbox.recording import NotRecorded, record
from channels_wa.outbox.telling import Change, tell
from config.env import env
from ops import clock
from ops.salon import run_in_salon

BATCH = 500
LOOK_FOR = timedelta(seconds=5)
LEASE_LOST = "the worker that sent it died before the answer"
_COLUMNS = "id, fence, attempts, salon_id, number_id, message_id, lane, certainty, retries, resent"


def run() -> int:
    """Settle what is due, for at most five seconds; how many items."""
    until, done = clock.real() + LOOK_FOR, 0
    while clock.real() < until and (moved := lapse() + decide() + numbers.hold_back()):
        done += moved
    return done


def lapse() -> int:
    """Attempts whose lease has ended become unknown; how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM public.outbox_item WHERE state = 'sending' AND lease_until < %s "
            "ORDER BY id LIMIT %s",
            [clock.real(), BATCH],
        )
        items = [Item(*row) for row in cursor.fetchall()]
    if not items:
        return 0
    try:
        # The record names the fence, so an answer that comes at this moment wins or loses whole.
        return record([Result(item, Ending.UNKNOWN, reason=LEASE_LOST) for item in items])
    except NotRecorded:
        return 0


def decide() -> int:
    """Unknown ones whose grace is over are settled or sent once more; how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM public.outbox_item WHERE state = 'unknown' AND attempt_at < %s "
            "ORDER BY id LIMIT %s",
            [clock.real() - timedelta(seconds=env.status_grace_s), BATCH],
        )
        items = [Item(*row) for row in cursor.fetchall()]
    by_salon: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        by_salon[item.salon_id].append(item)
    return sum(_decide_in(salon_id, group) for salon_id, group in by_salon.items())


def _decide_in(salon_id: int, items: Sequence[Item]) -> int:
    again = [item for item in items if item.certainty == AT_LEAST_ONCE and not item.resent]
    given_up = [item for item in items if item not in again]
    return run_in_salon(salon_id, lambda: _send_again(salon_id, again) + _leave_to_a_person(salon_id, given_up))


@transaction.atomic
def _send_again(salon_id: int, items: Sequence[Item]) -> int:
    message_ids = _move(items, "state = 'queued', resent = true, reason = 'resent', not_before = %s", clock.now())
    if message_ids:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE message SET resent = true WHERE id = ANY(%s)", [message_ids])
        lanes = {item.lane for item in items}
        transaction.on_commit(lambda: wake(*lanes))
    return len(message_ids)


@transaction.atomic
def _leave_to_a_person(salon_id: int, items: Sequence[Item]) -> int:
    message_ids = _move(items, "state = 'settled', outcome = 'unknown', settled_at = %s", clock.now())
    if message_ids:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, public_id, conversation_id, status, reason FROM message "
                "WHERE id = ANY(%s) AND status = 'unknown'",
                [message_ids],
            )
            tell(salon_id, [Change(*row) for row in cursor.fetchall()])
    return len(message_ids)


def _move(items: Sequence[Item], assignments: str, at: datetime) -> list[int]:
    """Change items that are still unknown by the same attempt; the messages of those that were."""
    if not items:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE public.outbox_item o SET {assignments} FROM unnest(%s::bigint[], %s::bigint[]) AS mine(id, fence) "
            "WHERE o.id = mine.id AND o.fence = mine.fence AND o.state = 'unknown' RETURNING o.message_id",
            [at, [item.id for item in items], [item.fence for item in items]],
        )
        return [pk for (pk,) in cursor.fetchall()]
