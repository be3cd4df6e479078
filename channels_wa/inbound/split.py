"""From deliveries to items: one row for each part, in the order of arrival.

One process splits at a time (an advisory lock), so that a guest's messages get their places in the order in which their
deliveries came. Splitting is quick: it reads, routes and writes no content.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from channels_wa.inbound.contents import Routes, remember, routes
from channels_wa.inbound.models import InboxItem
from channels_wa.inbound.reading import RawItem
from ops import clock
from ops.failpoint import failpoint

BATCH = 500
_LOCK = 0x5B11_7001
_INSERT = """
    INSERT INTO public.inbox_item
        (delivery_id, index, salon_id, number_id, kind, order_key, stage, state, due_at, fence, attempts, error,
        created_at)
    SELECT delivery_id, index, salon_id, number_id, kind, order_key, 'keep', state, %s, 0, 0, error, %s
    FROM unnest(%s::uuid[], %s::int[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
        AS new(delivery_id, index, salon_id, number_id, kind, order_key, state, error)
    ON CONFLICT (delivery_id, index) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class _Row:
    delivery_id: UUID
    index: int
    salon_id: int | None
    number_id: int | None
    kind: str
    order_key: str
    state: str
    error: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was split: how many deliveries, and whether they hold statuses or other changes beside messages."""

    deliveries: int = 0
    statuses: bool = False
    changes: bool = False
    # Another process is splitting: what is there may be its or may have come too late for it.
    is_busy: bool = False


def split_some(limit: int = BATCH) -> Found:
    """Split the oldest deliveries that wait."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return Found(is_busy=True)
        cursor.execute("SELECT id, raw FROM public.delivery WHERE split_at IS NULL ORDER BY id LIMIT %s", [limit])
        waiting = cursor.fetchall()
        if not waiting:
            return Found()
        known = routes()
        rows: list[_Row] = []
        counts, problems = [], []
        for delivery_id, sealed in waiting:
            reading = remember(delivery_id, bytes(sealed))
            rows += [_row(delivery_id, item, known) for item in reading.items]
            counts.append(len(reading.items))
            problems.append(reading.problem)
        _insert(rows)
        cursor.execute(
            "UPDATE public.delivery d SET split_at = %s, items = new.items, problem = new.problem "
            "FROM unnest(%s::uuid[], %s::int[], %s::text[]) AS new(id, items, problem) WHERE d.id = new.id",
            [clock.real(), [delivery_id for delivery_id, _ in waiting], counts, problems],
        )
        failpoint("inbound.in_split")
    failpoint("inbound.after_split")
    kinds = {row.kind for row in rows}
    return Found(len(waiting), "status" in kinds, bool(kinds - {"message", "status"}))


def _row(delivery_id: UUID, item: RawItem, known: Routes) -> _Row:
    number, unknown = known.place(item)
    problem = item.problem or unknown
    order_key = item.order_key
    if order_key and number and item.phone_number_id is None:
        # The same queue as of the guest's messages that name the number.
        order_key = number.phone_number_id + order_key
    return _Row(
        delivery_id,
        item.index,
        number.salon_id if number else None,
        number.pk if number else None,
        item.kind[:40],
        order_key[:200],
        InboxItem.State.QUARANTINED if problem else InboxItem.State.PENDING,
        problem[:500],
    )


def _insert(rows: list[_Row]) -> None:
    now = clock.real()
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                now,
                now,
                [row.delivery_id for row in rows],
                [row.index for row in rows],
                [row.salon_id for row in rows],
                [row.number_id for row in rows],
                [row.kind for row in rows],
                [row.order_key for row in rows],
                [row.state for row in rows],
                [row.error for row in rows],
            ],
        )
