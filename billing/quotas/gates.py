"""Room for one more of what stays: contacts, numbers, flows, professionals, files. Asked in the transaction of the act.

Far from the limit the quick answer is enough. Near it those who add wait for each other and count: two at once do not
both take the last place.
"""

from typing import Final

from django.db import connection, transaction

from billing.metering import gauges
from billing.plans.queries import is_soft, limit_of
from billing.quotas import brake
from billing.quotas.asking import NEAR_SHARE, Answer, QuotaExceeded, ask, why_of
from billing.quotas.names import GAUGES_TIMER
from billing.subscriptions import refusing
from billing.subscriptions.states import CREATE
from ops import clock
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_missing

# So many places at least may be taken at once by others who saw the same number.
_NEAR_LEAST: Final = 50


def take(name: str, quantity: int = 1, *, salon_id: int | None = None) -> None:
    """Make sure that a salon, the one we are in if none is said, may add so many. Raises QuotaExceeded."""
    salon_id = salon_id or _salon()
    if room(name, quantity, salon_id=salon_id) < quantity:
        raise QuotaExceeded(exceeded(salon_id, name))
    grown(name, quantity, salon_id=salon_id)


def grown(name: str, units: int, *, salon_id: int | None = None) -> None:
    """So many are added in this transaction: after its commit the quick number moves, and who watches limits looks."""
    salon_id = salon_id or _salon()
    if limit_of(salon_id, name) is not None:
        transaction.on_commit(lambda: _grown(salon_id, name, units))


def room(name: str, wanted: int, *, salon_id: int | None = None) -> int:
    """How many of `wanted` the salon may add, in a transaction in which it then adds some and says so (`grown`).

    Raises Refused where its subscription lets it add nothing at all.
    """
    salon_id = salon_id or _salon()
    refusing.require(salon_id, CREATE)
    limit = limit_of(salon_id, name)
    if limit is None:
        return wanted
    if is_soft(salon_id, name):
        return wanted
    answer = ask(salon_id, name, wanted)
    if answer.used + wanted <= limit - max(_NEAR_LEAST, limit * NEAR_SHARE):
        return wanted
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [f"quota:{name}", salon_id])
    return max(0, min(wanted, int(limit) - gauges.count(salon_id, name)))


def exceeded(salon_id: int, name: str) -> Answer:
    """How things stand where there is no room."""
    limit, used = int(limit_of(salon_id, name) or 0), gauges.count(salon_id, name)
    return Answer(name, False, False, limit, used, max(0, limit - used), None, why_of(name, limit, used))


def _grown(salon_id: int, name: str, units: int) -> None:
    # Fewer may have been added: the number is a guess, and the database is asked before anybody is refused.
    if brake.add_gauge(salon_id, name, units):
        set_missing(salon_id, [NewTimer(GAUGES_TIMER, name, clock.now())])


def _salon() -> int:
    salon_id = current_salon_id()
    if salon_id is None:
        raise RuntimeError("limits belong to a salon; there is none here")
    return salon_id
