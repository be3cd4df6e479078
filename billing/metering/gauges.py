"""What is counted from rows as long as they are there: contacts, numbers, flows, professionals, storage.

Upper layers say how: rows (config.lists.PLAN_THINGS), or a number (USAGE_GAUGES), both inside the salon. A count is
kept for the day, so that pages and far-away limits need none.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils.module_loading import import_string

from billing.metering.models import UsageGauge
from billing.plans.queries import terms_of
from billing.subscriptions.excess import living
from ops import clock
from ops.salon import run_in_salon

# A kept count is good for so long where nothing hangs on one more or less.
GOOD_FOR: Final = timedelta(minutes=5)


def count(salon_id: int, name: str) -> int:
    """How many there are at this moment. Raises KeyError for what nobody counts."""
    if name in settings.PLAN_THINGS:
        return run_in_salon(salon_id, lambda: living(name).count())
    return run_in_salon(salon_id, _counter(settings.USAGE_GAUGES[name]))


def value_of(salon_id: int, name: str) -> int:
    """How many there were within the last minutes."""
    now = clock.now()
    newest = UsageGauge.objects.filter(salon_id=salon_id, kind=name, at__range=(now - GOOD_FOR, now)).order_by("-day")
    found = newest.values_list("value", flat=True).first()
    return look(salon_id, name) if found is None else int(found)


def look(salon_id: int, name: str) -> int:
    """Count now, and keep it for the day."""
    value = count(salon_id, name)
    _keep(salon_id, name, value)
    return value


def peak_of(salon_id: int, name: str, starts_at: datetime, ends_at: datetime) -> int:
    """The most there were on the days of that time, as far as anybody looked."""
    zone = terms_of(salon_id).zone
    days = (starts_at.astimezone(zone).date(), (ends_at - timedelta(microseconds=1)).astimezone(zone).date())
    rows = UsageGauge.objects.filter(salon_id=salon_id, kind=name, day__range=days)
    return int(rows.aggregate(most=Max("peak"))["most"] or 0)


def _keep(salon_id: int, name: str, value: int) -> None:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.usage_gauge AS g (salon_id, kind, day, value, peak, at) "
            "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (salon_id, kind, day) "
            "DO UPDATE SET value = EXCLUDED.value, at = EXCLUDED.at, "
            "peak = GREATEST(g.peak, EXCLUDED.value)",
            [salon_id, name, now.astimezone(terms_of(salon_id).zone).date(), value, value, now],
        )


@cache
def _counter(path: str) -> Callable[[], int]:
    found: Callable[[], int] = import_string(path)
    return found
