"""Units beyond a soft limit, told to whoever bills: exactly once, however often a process dies.

What is owed is the sum beyond the limit less what was written down already, so that looking twice owes nothing twice.
Each part is a row with a key of its own, and a timer tells of it. A crash between the call and its note tells again by
the same key, which is billed once.
"""

import logging
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Sum

from billing.gateways.port import GatewayAway, GatewayRefused, gateway
from billing.metering import last_bills
from billing.metering.models import OverageReport
from billing.metering.periods import period_in
from billing.plans.queries import terms_of
from ops import clock
from ops.failpoint import failpoint
from ops.metrics import MONEY_TROUBLE
from ops.timers.actions import NewTimer, set_many

log = logging.getLogger(__name__)

TIMER: Final = "usage.overage"
# Whoever bills is away for hours at most; then an operator is told by the state of the row.
_AGAIN: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30, 60))
_MOST_TRIES: Final = 200
State = OverageReport.State
# The last line of a period, found by the last day on which anything was counted in it.
_LAST: Final = """
    SELECT e.at, (v.limits ->> e.kind)::numeric, e.price_minor FROM public.usage_event e
    JOIN public.plan_version v ON v.id = e.plan_version_id
    WHERE e.salon_id = %s AND e.kind = %s AND e.period_at = %s AND e.day = (
        SELECT max(t.day) FROM public.usage_total t WHERE t.salon_id = %s AND t.kind = %s AND t.period_at = %s)
    AND e.at >= %s ORDER BY e.at DESC, e.id DESC LIMIT 1
"""


def owe(salon_id: int, kind: str, period_at: datetime, over: int) -> int:
    """Write down what goes beyond the limit in the period of this moment, and is not written down yet; how many units.

    In the caller's transaction. A plan that sells no such units, or a salon that nobody bills, owes nothing.
    """
    terms = terms_of(salon_id)
    price = terms.price_of(kind)
    if over <= 0 or price is None:
        return 0
    # A renewal may be told of late; the units belong to the period in which they were used.
    last = period_in(terms, period_at).ends_at - timedelta(seconds=1)
    return _write(salon_id, kind, period_at, over, (min(clock.now(), last), price))


def owe_past(salon_id: int, kind: str, period_at: datetime, used: int) -> int:
    """The same of a period that is over, by the plan that the salon had then: its last line says which.

    A line has a price where the salon could buy more at that moment (Terms.price_of).
    """
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [salon_id, kind, period_at, salon_id, kind, period_at, period_at])
        at, limit, price = cursor.fetchone() or (None, None, None)
    if at is None or limit is None or price is None or used <= int(limit):
        return 0
    return _write(salon_id, kind, period_at, used - int(limit), (at, price))


def _write(salon_id: int, kind: str, period_at: datetime, over: int, used: tuple[datetime, Decimal]) -> int:
    at, price = used
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [f"overage:{kind}", salon_id])
    told = OverageReport.objects.filter(salon_id=salon_id, kind=kind, period_at=period_at)
    new = over - int(told.aggregate(units=Sum("quantity"))["units"] or 0)
    if new <= 0:
        return 0
    row = OverageReport.objects.create(
        salon_id=salon_id, kind=kind, period_at=period_at, quantity=new, key=f"usage-{uuid4().hex}", at=at,
        price_minor=price,
    )  # fmt: skip
    set_many(salon_id, [NewTimer(TIMER, str(row.pk), clock.now())])
    last_bills.open_again(salon_id, period_at)
    return new


def report(report_id: int) -> None:
    """Tell whoever bills of one row, and note it; outside of a transaction."""
    row = OverageReport.objects.filter(pk=report_id, state=State.PENDING).first()
    if row is None:
        return
    try:
        counted_at = gateway().report_usage(row.salon_id, row.kind, row.quantity, row.key, row.at)
    except GatewayAway as error:
        _again(row, str(error) or "no answer")
        return
    except GatewayRefused as error:
        _refused(row, f"{error.field}: {error.why}")
        return
    failpoint("metering.after_report")
    _settle(row, State.DONE, "", at=counted_at)


@transaction.atomic
def try_again(report_ids: list[int]) -> int:
    """An operator asks for it: what was refused is told anew; how many."""
    rows = list(OverageReport.objects.select_for_update().filter(pk__in=report_ids, state=State.REFUSED))
    for row in rows:
        row.state, row.attempts = State.PENDING, 0
        row.save(update_fields=["state", "attempts"])
        set_many(row.salon_id, [NewTimer(TIMER, str(row.pk), clock.now())])
    return len(rows)


def _settle(row: OverageReport, state: str, error: str, at: datetime | None = None) -> None:
    OverageReport.objects.filter(pk=row.pk, state=State.PENDING).update(
        state=state, error=error[:1000], attempts=row.attempts + 1, reported_at=clock.now(), at=at or row.at
    )


def _refused(row: OverageReport, error: str) -> None:
    log.error("%s of salon %s beyond its plan could not be told: %s", row.kind, row.salon_id, error)
    MONEY_TROUBLE.labels("use.not_told").inc()
    _settle(row, State.REFUSED, error)


def _again(row: OverageReport, error: str) -> None:
    tries = row.attempts + 1
    if tries >= _MOST_TRIES:
        _refused(row, error)
        return
    OverageReport.objects.filter(pk=row.pk).update(attempts=tries, error=error[:1000])
    # The timer that fires right now moves on: its errand sees that, and leaves it.
    wait = _AGAIN[min(tries, len(_AGAIN)) - 1]
    set_many(row.salon_id, [NewTimer(TIMER, str(row.pk), clock.now() + wait)])
