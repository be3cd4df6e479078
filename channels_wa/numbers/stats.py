"""What went through a number in a time."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from channels_wa.messages.models import STATUS_ORDER

LEFT_US = frozenset(STATUS_ORDER[STATUS_ORDER.index("sent") :])


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts of messages; `sent` by delivery status."""

    received: int
    sent: dict[str, int]
    guests: int

    @property
    def failure_rate(self) -> float:
        """Of those that were tried, how many failed: 0 to 1."""
        tried = sum(count for status, count in self.sent.items() if status in LEFT_US)
        return round(self.sent.get("failed", 0) / tried, 4) if tried else 0.0


def stats_of(number_id: int, *, start: datetime, end: datetime) -> Stats:
    """What went through a number from `start` to before `end`, by the index on `at`. Call it inside the salon."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT direction, status, count(*) FROM message "
            "WHERE at >= %s AND at < %s AND number_id = %s AND source = '' GROUP BY direction, status",
            [start, end, number_id],
        )
        rows = cursor.fetchall()
        cursor.execute(
            "SELECT count(DISTINCT contact_id) FROM message "
            "WHERE at >= %s AND at < %s AND number_id = %s AND source = ''",
            [start, end, number_id],
        )
        guests = int(cursor.fetchone()[0])
    return Stats(
        received=sum(count for direction, _status, count in rows if direction == "in"),
        sent={status: count for direction, status, count in rows if direction == "out"},
        guests=guests,
    )
