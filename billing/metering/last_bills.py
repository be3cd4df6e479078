"""The last bill of a subscription that has ended: whatever was told too late for its invoices, or never, is on it.

Whoever bills says that one has ended; when its own invoices are final, all that was owed in it is compared with what
stands on them, and the rest is billed. That comparison can be made again at any time and bills nothing twice.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from billing.gateways.port import GatewayAway, GatewayRefused, Owed, gateway
from billing.metering.models import LastBill
from ops import clock
from ops.failpoint import failpoint
from ops.metrics import MONEY_TROUBLE
from ops.timers.actions import NewTimer, set_many

log = logging.getLogger(__name__)

TIMER: Final = "usage.last_bill"
# A gateway's last invoice may grow for an hour after the end.
FINAL_AFTER: Final = timedelta(minutes=70)
# What ended so long before somebody noticed is not billed any more.
OLDEST: Final = timedelta(days=60)
_AGAIN: Final = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 180, 360))
_MOST_TRIES: Final = 60
State = LastBill.State


def ended(salon_id: int, subscription_ref: str, begun_at: datetime, ended_at: datetime) -> bool:
    """A subscription is over; in the caller's transaction, as often as one hears of it. Whether that is new."""
    if ended_at < clock.now() - OLDEST:
        return False
    values = {"salon_id": salon_id, "begun_at": begun_at, "ended_at": ended_at}
    row, is_new = LastBill.objects.get_or_create(subscription_ref=subscription_ref, defaults=values)
    if is_new:
        _set(row, max(ended_at + FINAL_AFTER, clock.now()))
    return is_new


def open_again(salon_id: int, period_at: datetime) -> None:
    """Something is owed of a period: where its subscription has ended and was billed, that is done once more."""
    rows = LastBill.objects.filter(salon_id=salon_id, begun_at__lte=period_at, ended_at__gt=period_at)
    for row in rows:
        look_again(row)


def look_again(row: LastBill) -> None:
    """See soon whether something is on no bill yet."""
    LastBill.objects.filter(pk=row.pk).update(state=State.PENDING, attempts=0)
    _set(row, max(row.ended_at + FINAL_AFTER, clock.now()))


def covers(salon_id: int, at: datetime) -> bool:
    """Whether this moment is in a subscription that has ended."""
    return LastBill.objects.filter(salon_id=salon_id, begun_at__lte=at, ended_at__gt=at).exists()


def bill(last_bill_id: int) -> None:
    """Have the rest billed, and note it; outside of a transaction."""
    row = LastBill.objects.filter(pk=last_bill_id, state=State.PENDING).first()
    if row is None:
        return
    owed = _owed(row)
    try:
        units = gateway().bill_rest(row.salon_id, row.subscription_ref, owed) if owed else 0
    except GatewayAway as error:
        _again(row, str(error) or "no answer")
        return
    except GatewayRefused as error:
        _refused(row, f"{error.field}: {error.why}")
        return
    failpoint("metering.after_last_bill")
    if units:
        log.warning(
            "%d units of salon %s were on no bill of %s, and are now", units, row.salon_id, row.subscription_ref
        )
    # What was owed meanwhile has opened it again: that is another look's.
    done = LastBill.objects.filter(pk=row.pk, state=State.PENDING)
    if _owed(row) == owed:
        done.update(state=State.DONE, units=row.units + units, error="", looked_at=clock.now())
    else:
        done.update(units=row.units + units, looked_at=clock.now())
        _set(row, clock.now())


def _owed(row: LastBill) -> Sequence[Owed]:
    """By kind and price, the latest first."""
    with connection.cursor() as cursor:
        # A row from before prices were kept with it has that of its period's last line.
        cursor.execute(
            """
            SELECT kind, sum(quantity), price, min(period_at) FROM (
                SELECT r.id, r.kind, r.quantity, r.period_at, COALESCE(r.price_minor, (
                    SELECT e.price_minor FROM public.usage_event e WHERE e.salon_id = r.salon_id AND e.kind = r.kind
                    AND e.period_at = r.period_at AND e.day >= r.period_at::date - 1 AND e.price_minor IS NOT NULL
                    ORDER BY e.at DESC LIMIT 1)) AS price
                FROM public.overage_report r
                WHERE r.salon_id = %s AND r.period_at >= %s AND r.period_at < %s) owed
            GROUP BY kind, price ORDER BY kind, max(id) DESC
            """,
            [row.salon_id, row.begun_at, row.ended_at],
        )
        found = cursor.fetchall()
    if any(price is None for _kind, _units, price, _from in found):
        log.error("units of salon %s beyond its plan have no price", row.salon_id)
        MONEY_TROUBLE.labels("use.without_price").inc()
    return [
        Owed(kind, int(units), price, begun_at, row.ended_at)
        for kind, units, price, begun_at in found
        if price is not None
    ]


def _again(row: LastBill, error: str) -> None:
    tries = row.attempts + 1
    if tries >= _MOST_TRIES:
        _refused(row, error)
        return
    LastBill.objects.filter(pk=row.pk).update(attempts=tries, error=error[:1000])
    # The timer that fires right now moves on: its errand sees that, and leaves it.
    _set(row, clock.now() + _AGAIN[min(tries, len(_AGAIN)) - 1])


def _refused(row: LastBill, error: str) -> None:
    log.error("the last use of salon %s is on no bill of %s: %s", row.salon_id, row.subscription_ref, error)
    MONEY_TROUBLE.labels("use.not_billed").inc()
    LastBill.objects.filter(pk=row.pk, state=State.PENDING).update(
        state=State.REFUSED, attempts=row.attempts + 1, error=error[:1000], looked_at=clock.now()
    )


def _set(row: LastBill, at: datetime) -> None:
    set_many(row.salon_id, [NewTimer(TIMER, str(row.pk), at)])
