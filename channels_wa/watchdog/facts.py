"""What is known of the salon's numbers: from their public rows, and from the salon's own messages by their index."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from channels_wa.numbers.models import Number
from channels_wa.numbers.words import SETTING_UP
from channels_wa.outbox import portfolio
from channels_wa.outbox.models import NumberCircuit
from channels_wa.watchdog.models import NumberHealth
from channels_wa.watchdog.reasons import SILENT_AFTER, Counts, Facts

# More than this many of a day's messages say nothing more about their share.
_MOST = 5000
# Failures that are the guest's own doing or Meta's care for the guest (WHATSAPP.md §7).
_STOPPED = ("131050",)
_LIMITED = ("131049", "130472")
_UNREACHABLE = ("131026", "131021", "131030", "130403", "131062", "137000", "131047")
_SPAM: Final = "131048"
# Reasons are kept as "131026 …" where a status told, as "recipient: 131026 …" where the answer did.
_CODE = "substring(reason from '^(?:[a-z_]+: )?([0-9]+)')"
_COUNTS = f"""
    SELECT n.id, recent, count(x.at), count(*) FILTER (WHERE failed AND NOT code = ANY(%(guests)s)),
        count(*) FILTER (WHERE failed AND code = ANY(%(stopped)s)),
        count(*) FILTER (WHERE failed AND code = ANY(%(limited)s)),
        count(*) FILTER (WHERE failed AND code = ANY(%(unreachable)s)),
        max(x.at) FILTER (WHERE failed AND code = '{_SPAM}')
    FROM unnest(%(ids)s::bigint[]) AS n(id) CROSS JOIN LATERAL (
        SELECT at, at > %(now)s - interval '1 hour' AS recent, status = 'failed' AS failed,
            COALESCE({_CODE}, '') AS code
        FROM message WHERE number_id = n.id AND direction = 'out' AND at > %(now)s - interval '24 hours'
        AND status IN ('sent', 'failed', 'delivered', 'read', 'played') ORDER BY at DESC LIMIT {_MOST}) x
    GROUP BY n.id, recent
"""
# Of the last messages that were taken at least so long ago: has a single one had any status?
_UNHEARD = """
    SELECT n.id, count(x.id), min(x.at), bool_or(x.id IS NOT NULL AND EXISTS (
        SELECT 1 FROM status_event s WHERE s.message_id = x.id)) FROM unnest(%(ids)s::bigint[]) AS n(id)
    CROSS JOIN LATERAL (
        SELECT id, at FROM message WHERE number_id = n.id AND direction = 'out' AND at > %(now)s - interval '2 hours'
        AND at < %(before)s AND wamid IS NOT NULL ORDER BY at DESC LIMIT 50) x GROUP BY n.id
"""
# The pace in which guests write, by the salon's newest messages: no further back, or a quiet number in a busy salon
# would have a fortnight read for it every five minutes.
_INBOUND = f"""
    WITH newest AS MATERIALIZED (
        SELECT at, number_id, direction FROM message WHERE at > %(now)s - interval '14 days'
        ORDER BY at DESC LIMIT {_MOST})
    SELECT n.id, count(x.at), min(x.at), max(x.at) FROM unnest(%(ids)s::bigint[]) AS n(id) CROSS JOIN LATERAL (
        SELECT at FROM newest WHERE number_id = n.id AND direction = 'in' ORDER BY at DESC LIMIT 50) x GROUP BY n.id
"""
# A review that goes on is no restriction yet.
_NO_TROUBLE = frozenset({"APPROVED", "PENDING", "DEFERRED"})
_QUIET_FROM = 20
_QUIET_TIMES = 20
_QUIET_LEAST = timedelta(hours=24)


def facts_of(numbers: Sequence[Number], *, now: datetime) -> dict[int, Facts]:
    """The facts by number; a few questions for all of them, inside the salon."""
    ids = [number.pk for number in numbers]
    counts, spam = _counts(ids, now)
    unheard, quiet = _unheard(ids, now), _quiet(ids, now)
    circuits = dict(NumberCircuit.objects.filter(number_id__in=ids).values_list("number_id", "opened_at"))
    ends = dict(NumberHealth.objects.filter(number_id__in=ids).values_list("number_id", "token_expires_at"))
    used = {one: portfolio.used(one) for one in {n.portfolio for n in numbers if n.messaging_limit}}
    return {
        number.pk: Facts(
            now=now,
            quality=number.quality,
            stopped_reason=None if number.is_active else number.stopped_reason,
            account_status="" if number.account_status in _NO_TROUBLE else number.account_status,
            hour=counts.get((number.pk, True), Counts()),
            day=_sum(counts.get((number.pk, True), Counts()), counts.get((number.pk, False), Counts())),
            spam_at=max(filter(None, (spam.get(number.pk), _spam_refused(number, now))), default=None),
            unheard=unheard.get(number.pk, (0, None))[0],
            unheard_since=unheard.get(number.pk, (0, None))[1],
            circuit_since=circuits.get(number.pk),
            token_ends_at=ends.get(number.pk),
            limit_used=used.get(number.portfolio, 0),
            limit=number.messaging_limit,
            quiet_since=quiet.get(number.pk),
        )
        for number in numbers
    }


def is_watched(number: Number) -> bool:
    """Whether there is anything to watch: it is connected, and was not left half way through."""
    return number.is_connected and number.stopped_reason != SETTING_UP


def _counts(ids: Sequence[int], now: datetime) -> tuple[dict[tuple[int, bool], Counts], dict[int, datetime]]:
    params = {
        "ids": list(ids),
        "now": now,
        "guests": [*_STOPPED, *_LIMITED, *_UNREACHABLE],
        "stopped": list(_STOPPED),
        "limited": list(_LIMITED),
        "unreachable": list(_UNREACHABLE),
    }
    rows = _asked(_COUNTS, params)
    spam: dict[int, datetime] = {}
    for row in rows:
        if row[7] is not None:
            spam[row[0]] = max(row[7], spam.get(row[0], row[7]))
    return {(row[0], row[1]): Counts(*row[2:7]) for row in rows}, spam


def _spam_refused(number: Number, now: datetime) -> datetime | None:
    """Refused at once, it waits and is no failure: the outbox then pauses the campaigns itself, and says why."""
    is_paused = number.campaigns_paused_until is not None and number.campaigns_paused_until > now
    return now if is_paused and _SPAM in number.campaigns_paused_reason else None


def _unheard(ids: Sequence[int], now: datetime) -> dict[int, tuple[int, datetime]]:
    rows = _asked(_UNHEARD, {"ids": list(ids), "now": now, "before": now - SILENT_AFTER})
    return {pk: (count, since) for pk, count, since, is_heard in rows if not is_heard}


def _quiet(ids: Sequence[int], now: datetime) -> dict[int, datetime]:
    """Since when nobody has written, where that is long for the number."""
    found = {}
    for pk, count, first, latest in _asked(_INBOUND, {"ids": list(ids), "now": now}):
        if count >= _QUIET_FROM:
            usual = (latest - first) / (count - 1)
            if now - latest > max(_QUIET_LEAST, _QUIET_TIMES * usual):
                found[pk] = latest
    return found


def _asked(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _sum(*parts: Counts) -> Counts:
    def total(name: str) -> int:
        return sum(getattr(part, name) for part in parts)

    return Counts(total("sent"), total("failed"), total("stopped"), total("limited"), total("unreachable"))
