"""What was spent between two days, and the squashing of its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Sum

from billing.costs.models import CostTotal

# Rows of a key are few soon after they were written: a squash looks at so many rows at most.
AT_ONCE = 20_000
_SQUASH = """
WITH crowded AS (
    SELECT salon_id, day FROM cost_total GROUP BY salon_id, day
    HAVING count(*) > count(DISTINCT (source, category, place, currency)) LIMIT %s
), gone AS (
    DELETE FROM cost_total WHERE id IN (
        SELECT c.id FROM cost_total c JOIN crowded USING (salon_id, day) ORDER BY c.id LIMIT %s
        FOR UPDATE OF c SKIP LOCKED
    ) RETURNING salon_id, day, source, category, place, currency, quantity, amount_micro
)
INSERT INTO cost_total (salon_id, day, source, category, place, currency, quantity, amount_micro)
SELECT salon_id, day, source, category, place, currency, sum(quantity), sum(amount_micro)
FROM gone GROUP BY 1, 2, 3, 4, 5, 6
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """One line of the bill."""

    day: date
    source: str
    category: str
    place: str
    currency: str
    quantity: int
    micro: int


def between(salon_id: int, first: date, last: date) -> Sequence[Cost]:
    """By day, source, category and place; both days count."""
    rows = (
        CostTotal.objects.filter(salon_id=salon_id, day__range=(first, last))
        .values_list("day", "source", "category", "place", "currency")
        .annotate(n=Sum("quantity"), micro=Sum("amount_micro"))
        .order_by("day", "source", "category", "place", "currency")
    )
    return [Cost(*row) for row in rows]


def squash() -> int:
    """Make one row of the rows of a key, in one statement; how many there are anew."""
    with connection.cursor() as cursor:
        cursor.execute(_SQUASH, [AT_ONCE, AT_ONCE])
        return int(cursor.rowcount)
