"""Seeing that a salon comes close to a limit, or goes beyond it: told once each, and owed where that is sold.

What was added since the last look is looked at first and squashed then: a crash in between looks again, which says
nothing twice.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from billing.metering import gauges, overage, squashing
from billing.metering.models import UsageTotal
from billing.metering.periods import period_of
from billing.metering.totals import Of, used_many
from billing.plans.queries import is_soft, limit_of
from billing.quotas import telling
from billing.quotas.models import QuotaAlert
from billing.quotas.names import FLOWING, GAUGES_TIMER
from ops import clock
from ops.salon import inside
from ops.timers.actions import NewTimer, set_missing
from tenants.salons.models import Salon

log = logging.getLogger(__name__)
Level = QuotaAlert.Level
LOOK_FOR: Final = timedelta(seconds=5)
# What could not be looked at is looked at again so soon.
AGAIN_IN: Final = timedelta(minutes=1)
# Stripe's meters take units of so many days.
TAKEN_FOR: Final = timedelta(days=35)


def run() -> int:
    """Look at what is new, for at most five seconds; how many rows."""
    until, done = clock.real() + LOOK_FOR, 0
    while clock.real() < until and (rows := squashing.unsquashed()):
        by_salon: dict[int, set[tuple[str, datetime]]] = defaultdict(set)
        for row in rows:
            by_salon[row.salon_id].add((row.kind, row.period_at))
        for salon_id, sums in by_salon.items():
            _see_all(salon_id, sums)
        if not squashing.squash(rows):
            break  # another process is at it
        done += len(rows)
    return done


@transaction.atomic
def look_again(salon_id: int) -> None:
    """See all that came anew in the last weeks, as if nobody had: what a look has missed is owed and told then.

    Periods that are over too, for as long as whoever bills takes their units. Called inside the salon.
    """
    since = clock.now() - TAKEN_FOR
    rows = UsageTotal.objects.filter(salon_id=salon_id, day__gte=since.date())
    _see_sums(salon_id, _worth_a_look(salon_id, set(rows.values_list("kind", "period_at"))))


def see(salon_id: int, name: str, period_at: datetime, used: int) -> list[int]:
    """How much was used: tell what is new about it, and owe what goes beyond; the levels that are new.

    Called inside the salon and a transaction.
    """
    limit = limit_of(salon_id, name)
    if not limit:
        return []
    most = int(limit)
    if is_soft(salon_id, name):
        overage.owe(salon_id, name, period_at, used - most)
    passed = list(Level) if used > most else [one for one in (Level.CLOSE, Level.REACHED) if used * 100 >= most * one]
    new = _write(QuotaAlert(salon_id=salon_id, name=name, period_at=period_at, limit=most, used=used), passed)
    for level in new:
        soft = is_soft(salon_id, name)
        telling.tell(salon_id, name, level=Level(level), period_at=period_at, used=used, limit=most, soft=soft)
    return new


@transaction.atomic
def see_gauge(salon_id: int, name: str) -> int:
    """Count what there is, keep it for the day, and see; how many. Called inside the salon."""
    value = gauges.look(salon_id, name)
    see(salon_id, name, period_of(salon_id).starts_at, value)
    return value


def _see_all(salon_id: int, sums: set[tuple[str, datetime]]) -> None:
    try:
        worth = _worth_a_look(salon_id, sums)
    except Salon.DoesNotExist:
        return
    if not worth:
        return
    try:
        with inside(salon_id), transaction.atomic():
            _see_sums(salon_id, worth)
    except Exception:
        log.exception("the limits of salon %s could not be looked at", salon_id)
        # The sums are made all the same, and looked at by themselves soon.
        set_missing(salon_id, [NewTimer(GAUGES_TIMER, FLOWING, clock.now() + AGAIN_IN)])


def _worth_a_look(salon_id: int, sums: set[tuple[str, datetime]]) -> list[tuple[str, datetime]]:
    """Those of this period that are limited, and those of periods that are over. Raises Salon.DoesNotExist."""
    now_at = period_of(salon_id).starts_at
    return sorted((kind, at) for kind, at in sums if at < now_at or limit_of(salon_id, kind) is not None)


def _see_sums(salon_id: int, sums: Sequence[tuple[str, datetime]]) -> None:
    now_at = period_of(salon_id).starts_at
    values = used_many([Of(salon_id, kind, at) for kind, at in sums])
    for (kind, at), value in zip(sums, values, strict=True):
        if at < now_at:
            overage.owe_past(salon_id, kind, at, value)
        else:
            see(salon_id, kind, at, value)


def _write(row: QuotaAlert, levels: list[Level]) -> list[int]:
    """Note that these levels were reached; which of them are new."""
    if not levels:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO public.quota_alert (salon_id, name, period_at, "limit", level, used, at) '
            "SELECT %s, %s, %s, %s, level, %s, %s FROM unnest(%s::smallint[]) AS new(level) ORDER BY level "
            "ON CONFLICT DO NOTHING RETURNING level",
            [row.salon_id, row.name, row.period_at, row.limit, row.used, clock.now(), [one.value for one in levels]],
        )
        return sorted(level for (level,) in cursor.fetchall())
