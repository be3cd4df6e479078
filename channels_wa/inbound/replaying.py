"""Trying again: what lies in quarantine or died, or everything of a time, whatever became of it."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from channels_wa.inbound.contents import ROUTES_FRESH_S, Routes, contents
from channels_wa.inbound.models import InboxItem
from channels_wa.inbound.reading import RawItem
from ops import clock
from ops.bell import ring


def replay(items: Sequence[InboxItem]) -> int:
    """Put bad items back into the queue, routed anew (the number may be connected by now); how many.

    One that still cannot be read or routed comes back to quarantine by itself. What was kept once stays one message:
    `seen` refuses its double.
    """
    raw_items = contents((item.delivery_id, item.index) for item in items)
    known = Routes()
    # The number may have been connected this moment; workers read the routes again every few seconds.
    due_at = clock.real() + timedelta(seconds=ROUTES_FRESH_S)
    done = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for item in items:
            raw = raw_items[item.delivery_id, item.index]
            number, unknown = known.place(raw) if raw else (None, "its delivery is gone")
            if raw is None or raw.problem or unknown:
                continue
            cursor.execute(
                "UPDATE public.inbox_item SET state = 'pending', attempts = 0, lease_until = NULL, fence = fence + 1, "
                "error = '', due_at = %s, salon_id = %s, number_id = %s "
                "WHERE id = %s AND state IN ('quarantined', 'dead')",
                [due_at, number.salon_id if number else None, number.pk if number else None, item.pk],
            )
            done += cursor.rowcount
        transaction.on_commit(lambda: ring("inbox"))
    return done


def replay_deliveries(delivery_ids: Sequence[UUID]) -> int:
    """Let deliveries take effect once more, item by item; how many items. Twice is once.

    What waits is left alone. What was kept stays one message (`seen` refuses its double, and closes the item as one),
    statuses only ever move up, and those who hear of changes hear again.
    """
    ids = list(delivery_ids)
    with transaction.atomic(), connection.cursor() as cursor:
        # Never read, or its items are past their time: read anew.
        cursor.execute(
            "UPDATE public.delivery d SET split_at = NULL WHERE d.id = ANY(%s) AND d.split_at IS NOT NULL "
            "AND NOT EXISTS (SELECT 1 FROM public.inbox_item i WHERE i.delivery_id = d.id)",
            [ids],
        )
        cursor.execute(
            "UPDATE public.inbox_item SET state = 'pending', stage = 'keep', attempts = 0, lease_until = NULL, "
            "fence = fence + 1, error = '', due_at = %s WHERE delivery_id = ANY(%s) AND state IN ('done', 'duplicate')",
            [clock.real(), ids],
        )
        done = int(cursor.rowcount)
        transaction.on_commit(lambda: ring("inbox"))
    bad = InboxItem.objects.filter(delivery_id__in=ids, state__in=[InboxItem.State.QUARANTINED, InboxItem.State.DEAD])
    return done + replay(list(bad.order_by("pk")))


def bytes_of(item: InboxItem) -> bytes:
    """The item's bytes, from its delivery; empty when that is gone."""
    raw: RawItem | None = contents([(item.delivery_id, item.index)])[item.delivery_id, item.index]
    return raw.raw() if raw else b""
