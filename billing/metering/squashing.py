"""Making one row of `usage_total` out of many, so that a sum stays a handful of rows.

Rows are deleted and their sum is inserted by one statement: whoever reads sees the parts or the sum, never both or
neither, and a crash leaves the parts. One process squashes at a time.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from django.db import connection, transaction

from ops.failpoint import failpoint

BATCH: Final = 5000
_LOCK: Final = 0x5B11_7004


class New(NamedTuple):
    """A row that was added and not squashed yet."""

    id: int
    salon_id: int
    kind: str
    day: date
    period_at: datetime


def unsquashed(limit: int = BATCH) -> list[New]:
    """Rows that were added since they were last looked at, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, salon_id, kind, day, period_at FROM public.usage_total WHERE NOT is_squashed ORDER BY id "
            "LIMIT %s",
            [limit],
        )
        return [New(*row) for row in cursor.fetchall()]


@transaction.atomic
def squash(rows: Sequence[New]) -> int:
    """Put these rows into the sums of their salon, kind, day and period; how many sums that are. Others stay."""
    groups = sorted({(row.salon_id, row.kind, row.day, row.period_at) for row in rows})
    if not groups:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            """
            WITH gone AS (
                DELETE FROM public.usage_total t USING unnest(%s::bigint[], %s::text[], %s::date[], %s::timestamptz[])
                    AS g(salon_id, kind, day, period_at)
                WHERE t.salon_id = g.salon_id AND t.kind = g.kind AND t.day = g.day AND t.period_at = g.period_at
                AND (t.is_squashed OR t.id = ANY(%s))
                RETURNING t.salon_id, t.kind, t.day, t.period_at, t.quantity
            )
            INSERT INTO public.usage_total (salon_id, kind, day, period_at, quantity, is_squashed)
            SELECT salon_id, kind, day, period_at, sum(quantity), true FROM gone GROUP BY 1, 2, 3, 4
            """,
            [*(list(column) for column in zip(*groups, strict=True)), [row.id for row in rows]],
        )
        squashed = int(cursor.rowcount)
        failpoint("metering.before_squash_commit")
    return squashed
