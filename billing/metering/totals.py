"""How much was used: sums over `usage_total`, never over the lines."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Sum

from billing.metering import gauges
from billing.metering.kinds import GAUGES
from billing.metering.models import UsageGauge, UsageTotal
from billing.metering.periods import Period, period_of


class Of(NamedTuple):
    """A sum that is asked for: of one period, named by its beginning."""

    salon_id: int
    kind: str
    period_at: datetime


def used(salon_id: int, kind: str, period: Period | tuple[datetime, datetime] | None = None) -> int:
    """Units used in one of the salon's periods (its first moment names it), the current one if none is said.

    Of a gauge: how many there are now, or the most there were within that period.
    """
    if kind in GAUGES:
        return gauges.value_of(salon_id, kind) if period is None else gauges.peak_of(salon_id, kind, *period)
    starts_at = (period or period_of(salon_id))[0]
    return used_many([Of(salon_id, str(kind), starts_at)])[0]


def used_many(wanted: Sequence[Of]) -> list[int]:
    """Sums of kinds that flow, in one statement."""
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT COALESCE(sum(t.quantity), 0) FROM public.usage_total t WHERE t.salon_id = g.salon_id "
            "AND t.kind = g.kind AND t.period_at = g.period_at) FROM unnest(%s::bigint[], %s::text[], "
            "%s::timestamptz[]) WITH ORDINALITY AS g(salon_id, kind, period_at, place) ORDER BY g.place",
            [list(column) for column in zip(*wanted, strict=True)],
        )
        return [int(row[0]) for row in cursor.fetchall()]


def by_day(salon_id: int, kind: str, first: date, last: date) -> dict[date, int]:
    """Units of each day from first to last, days of the salon's zone; days without any are left out."""
    if kind in GAUGES:
        rows = UsageGauge.objects.filter(salon_id=salon_id, kind=kind, day__range=(first, last))
        return dict(rows.order_by("day").values_list("day", "value"))
    sums = UsageTotal.objects.filter(salon_id=salon_id, kind=str(kind), day__range=(first, last))
    return {row["day"]: int(row["units"]) for row in sums.values("day").annotate(units=Sum("quantity")).order_by("day")}
