"""Comparing our sums with what others say; what does not agree is listed for operators until it does.

Four comparisons: the sums with their lines; sent messages with the statuses in which WhatsApp told of them; fees that
were noted with the statuses that priced them; units beyond the plan with what whoever bills has counted. Nothing is
corrected by itself.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from billing.costs.totals import between
from billing.gateways.port import GatewayAway, GatewayRefused, gateway
from billing.metering.models import OverageReport, UsageDifference
from billing.metering.periods import Period, period_in
from billing.plans.queries import terms_of
from ops import clock

log = logging.getLogger(__name__)

TIMER: Final = "usage.reconcile"
DAYS: Final = 7
_EXAMPLES: Final = 20
_LONGEST_KIND: Final = 30
Against = UsageDifference.Against


class Compared(NamedTuple):
    """One comparison; `day` is the first of what was compared."""

    kind: str
    against: str
    day: Any
    ours: int
    theirs: int
    examples: Sequence[str] = ()


def reconcile(salon_id: int) -> int:
    """Compare the salon's last days and periods; how many comparisons do not agree. Called inside the salon."""
    found = [*_with_lines(salon_id), *_with_proofs(salon_id), *_with_prices(salon_id), *_with_gateway(salon_id)]
    for one in found:
        _note(salon_id, one)
    return sum(one.ours != one.theirs for one in found)


def _with_lines(salon_id: int) -> Iterable[Compared]:
    first = (clock.now() - timedelta(days=DAYS)).date()
    with connection.cursor() as cursor:
        # One statement, so that both sides are of one moment.
        cursor.execute(
            "SELECT kind, day, COALESCE(t.units, 0), COALESCE(e.units, 0) FROM "
            "(SELECT kind, day, sum(quantity) AS units FROM public.usage_total WHERE salon_id = %s AND day >= %s "
            "GROUP BY kind, day) t FULL JOIN "
            "(SELECT kind, day, sum(quantity) AS units FROM public.usage_event WHERE salon_id = %s AND day >= %s "
            "GROUP BY kind, day) e USING (kind, day) ORDER BY kind, day",
            [salon_id, first, salon_id, first],
        )
        rows = cursor.fetchall()
    return [Compared(kind, Against.EVENTS, day, int(ours), int(theirs)) for kind, day, ours, theirs in rows]


def _with_proofs(salon_id: int) -> Iterable[Compared]:
    """Days that are over: each unit that somebody outside told of has a line, and each line was told of."""
    for kind, path in settings.USAGE_PROOFS.items():
        for day, start, end in _days(salon_id):
            counted = _lines_of(salon_id, kind, day)
            told: set[str] = import_string(path)(start, end, counted)
            missing, unproven = _unknown(salon_id, kind, told), sorted(counted - told)
            if counted or told:
                examples = [f"+{key}" for key in missing] + [f"-{key}" for key in unproven]
                theirs = len(counted) - len(unproven) + len(missing)
                yield Compared(kind, Against.STATUSES, day, len(counted), theirs, examples[:_EXAMPLES])


def _with_prices(salon_id: int) -> Iterable[Compared]:
    """Days that are over: messages that arrived, by the category in which WhatsApp priced them; a fee has each."""
    for source, path in settings.COST_PROOFS.items():
        for day, start, end in _days(salon_id):
            noted: Counter[str] = Counter()
            for cost in between(salon_id, day, day):
                noted[cost.category] += cost.quantity if cost.source == source else 0
            told: dict[str, int] = import_string(path)(start, end)
            for category in sorted(noted.keys() | told.keys()):
                kind = f"fee {category}"[:_LONGEST_KIND]
                yield Compared(kind, Against.STATUSES, day, noted[category], told.get(category, 0))


def _days(salon_id: int) -> list[tuple[date, datetime, datetime]]:
    """The last days that are over, each with its first moment and the first after it."""
    zone = terms_of(salon_id).zone
    today = clock.now().astimezone(zone).date()
    days = [today - timedelta(days=n) for n in range(DAYS, 0, -1)]
    return [
        (day, datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone))
        for day in days
    ]


def _lines_of(salon_id: int, kind: str, day: Any) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM public.usage_event WHERE salon_id = %s AND kind = %s AND day = %s", [salon_id, kind, day]
        )
        return {key for (key,) in cursor.fetchall()}


def _unknown(salon_id: int, kind: str, keys: set[str]) -> list[str]:
    """Which of these were never counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM unnest(%s::text[]) AS told(key) WHERE NOT EXISTS (SELECT 1 FROM public.usage_once o "
            "WHERE o.salon_id = %s AND o.kind = %s AND o.key = told.key) ORDER BY key",
            [sorted(keys), salon_id, kind],
        )
        return [key for (key,) in cursor.fetchall()]


def _with_gateway(salon_id: int) -> Iterable[Compared]:
    since = clock.now() - timedelta(days=62)
    done = OverageReport.objects.filter(salon_id=salon_id, state=OverageReport.State.DONE, period_at__gte=since)
    terms = terms_of(salon_id)
    units: dict[tuple[str, Period], int] = defaultdict(int)
    for row in done.order_by("kind", "period_at"):
        period = Period(row.period_at, period_in(terms, row.period_at).ends_at)
        # Told late, they count in a later one.
        units[row.kind, period if row.at < period.ends_at else period_in(terms, row.at)] += row.quantity
    for (kind, period), ours in units.items():
        try:
            billed = gateway().usage_billed(salon_id, kind, period)
        except (GatewayAway, GatewayRefused) as error:
            log.warning("what was billed is not known: %s", error)
            continue
        yield Compared(kind, Against.GATEWAY, period.starts_at.astimezone(terms.zone).date(), ours, billed)


def _note(salon_id: int, one: Compared) -> None:
    place = {"salon_id": salon_id, "kind": one.kind, "against": one.against, "day": one.day}
    now = clock.now()
    if one.ours == one.theirs:
        UsageDifference.objects.filter(**place, closed_at=None).update(
            closed_at=now, ours=one.ours, theirs=one.theirs, examples=[]
        )
        return
    values = {"ours": one.ours, "theirs": one.theirs, "examples": list(one.examples), "seen_at": now, "closed_at": None}
    UsageDifference.objects.update_or_create(**place, defaults=values, create_defaults={**values, "found_at": now})
