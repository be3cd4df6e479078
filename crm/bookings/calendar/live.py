"""News for open calendars: what was booked, moved, blocked. No word of a visit travels; each calendar reads what it
may see.

Many changes of one moment travel together: a booking must not wait for a message of its own, nor a calendar read
itself anew for each.
"""

import asyncio
import threading
from typing import Any, NamedTuple

from django.db import connection, transaction

from crm.bookings.models import BlockedTime, Booking
from ops import background
from ops.live import publish
from ops.salon import current_salon_id

TOPIC = "calendar"
# Of more than this a calendar is told that all of it is old.
MOST_NEWS = 30
TOGETHER_S = 0.05
# The newest events of the salon are looked through this far back: other things happen there too.
LATEST = """
SELECT newest.id, newest.subject, coalesce((newest.payload->>'version')::int, 1) FROM (
    SELECT id, kind, subject, payload FROM event ORDER BY id DESC LIMIT 400) newest
WHERE newest.kind LIKE 'booking.%%' OR newest.kind LIKE 'time.%%' ORDER BY newest.id DESC LIMIT %(most)s
"""


class Latest(NamedTuple):
    """A booking or blocked time that changed lately; `seq` is the event's number."""

    seq: int
    subject: str
    version: int


_lock = threading.Lock()
_waiting: dict[int, list[dict[str, Any]]] = {}


def tell(booking: Booking, *facts: Any) -> None:
    """Once the transaction has committed, open calendars read this booking; `facts` say in whose columns it stood."""
    items = [item for one in facts if one for item in one.get("items", ())]
    _on_commit(
        {
            "id": str(booking.public_id),
            "version": booking.version,
            "people": sorted({item["professional_ref"] for item in items}),
        }
    )


def tell_blocked(row: BlockedTime) -> None:
    """The same for time that is blocked, or is not any more."""
    _on_commit({"id": str(row.public_id), "version": row.version, "resource": row.resource_id, "people": []})


def tell_all() -> None:
    """Services, professionals or hours are otherwise: whatever is shown is old."""
    _on_commit({"id": "", "version": 0, "people": []})


def latest() -> list[Latest]:
    """What changed last, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(LATEST, {"most": MOST_NEWS + 1})
        return [Latest(seq, str(subject), version) for seq, subject, version in cursor.fetchall()]


def newest() -> int:
    """The number of the newest change: what a calendar has that was read after it."""
    return max((row.seq for row in latest()), default=0)


def _on_commit(news: dict[str, Any]) -> None:
    salon_id = current_salon_id()
    if salon_id is not None:
        transaction.on_commit(lambda: _add(salon_id, news))


def _add(salon_id: int, news: dict[str, Any]) -> None:
    with _lock:
        rows = _waiting.get(salon_id)
        if rows is not None:
            rows.append(news)
            return
        _waiting[salon_id] = [news]
    background.start(_send_soon(salon_id))


async def _send_soon(salon_id: int) -> None:
    await asyncio.sleep(TOGETHER_S)
    with _lock:
        rows = _waiting.pop(salon_id, [])
    is_much = len(rows) > MOST_NEWS or any(not row["id"] for row in rows)
    publish(salon_id, TOPIC, {"kind": "calendar", "news": [] if is_much else rows, "all": is_much})
