"""Owning what is due: which numbers have something, how much of each, and the claim that commits the attempts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from channels_wa.outbox.epoch import CURRENT
from channels_wa.outbox.message import Lane
from ops import clock

# Longer than a call may take, so that its owner records the answer.
LEASE = timedelta(seconds=30)
# A message whose fate is unknown holds up the guest's next one for this long at most.
UNKNOWN_BLOCKS = timedelta(seconds=30)
# The reason of an item that is being looked at while what it would wait for comes.
BROUGHT_FORWARD = "brought_forward"


@dataclass(frozen=True, slots=True)
class ReadyNumber:
    """A number with messages that are due in one lane, and what a call through it needs."""

    lane: int
    id: int
    salon_id: int
    adapter: str
    phone_number_id: str
    throughput_mps: int
    sealed_token: bytes
    portfolio: str = ""
    messaging_limit: int | None = None
    """How many guests its portfolio may begin to talk to in a day; None: as many as it likes, or nobody knows."""
    is_half_open: bool = False
    """Its circuit was open and the rest is over: one message may try."""


@dataclass(frozen=True, slots=True)
class Item:
    """An outbox item that is ours until its lease ends; its attempt is committed."""

    id: int
    fence: int
    attempts: int
    salon_id: int
    number_id: int
    message_id: int
    lane: int
    certainty: str
    retries: int
    resent: bool


# A number in trouble sends more slowly; whether its campaigns wait is decided apart (channels_wa.watchdog.reasons).
_PACE = "CASE WHEN n.health_score < 50 THEN 25 WHEN n.health_score < 80 THEN 50 ELSE 100 END"
# A loose index scan: one probe for each number that has anything queued, however much that is.
_READY = f"""
    WITH RECURSIVE waiting AS (
        (SELECT lane, number_id FROM public.outbox_item
         WHERE state = 'queued' AND epoch = {CURRENT} AND lane BETWEEN %s AND %s ORDER BY lane, number_id LIMIT 1)
        UNION ALL
        SELECT further.lane, further.number_id FROM waiting, LATERAL (
            SELECT lane, number_id FROM public.outbox_item
            WHERE state = 'queued' AND epoch = {CURRENT} AND lane <= %s
            AND (lane, number_id) > (waiting.lane, waiting.number_id) ORDER BY lane, number_id LIMIT 1) further
    )
    SELECT waiting.lane, n.id, n.salon_id, n.adapter, n.phone_number_id,
        GREATEST(1, n.throughput_mps * {_PACE} / 100), n.sealed_token,
        n.portfolio, CASE WHEN n.messaging_limit_known THEN n.messaging_limit END, n.circuit_open_until IS NOT NULL
    FROM waiting JOIN public.number n ON n.id = waiting.number_id
    WHERE n.state = 'active' AND (n.slow_until IS NULL OR n.slow_until <= %s)
    AND (n.circuit_open_until IS NULL OR n.circuit_open_until <= %s)
    AND (n.campaigns_paused_until IS NULL OR n.campaigns_paused_until <= %s OR waiting.lane < {int(Lane.CAMPAIGN)})
    AND EXISTS (
        SELECT 1 FROM public.outbox_item q WHERE q.state = 'queued' AND q.epoch = {CURRENT} AND q.lane = waiting.lane
        AND q.number_id = waiting.number_id AND q.not_before <= %s)
    ORDER BY waiting.lane, n.id
"""
# An older message of the same guest goes first: while it is on its way, while its fate is freshly unknown, and while
# it is queued in the same lane, unless it was written for a later moment (then no reason stands there).
_CLAIM = f"""
    WITH due AS (
        SELECT found.id FROM unnest(%s::smallint[], %s::bigint[], %s::int[]) AS wanted(lane, number_id, most)
        CROSS JOIN LATERAL (
            SELECT q.id FROM public.outbox_item q
            WHERE q.state = 'queued' AND q.epoch = {CURRENT} AND q.lane = wanted.lane AND q.number_id = wanted.number_id
            AND q.not_before <= %s AND NOT EXISTS (
                SELECT 1 FROM public.outbox_item e WHERE e.order_key = q.order_key AND e.id < q.id
                AND e.state IN ('queued', 'sending', 'unknown') AND CASE e.state
                    WHEN 'sending' THEN true
                    WHEN 'unknown' THEN e.attempt_at > %s
                    ELSE e.epoch = q.epoch AND e.lane = q.lane AND (e.not_before <= %s OR e.reason <> '') END)
            ORDER BY q.not_before, q.id LIMIT wanted.most FOR UPDATE OF q SKIP LOCKED) found
    )
    UPDATE public.outbox_item t SET state = 'sending', attempts = t.attempts + 1, attempt_at = %s, lease_until = %s,
        fence = t.fence + 1, reason = ''
    FROM due WHERE t.id = due.id
    RETURNING t.id, t.fence, t.attempts, t.salon_id, t.number_id, t.message_id, t.lane, t.certainty, t.retries, t.resent
"""


def ready_numbers(lanes: Sequence[int]) -> list[ReadyNumber]:
    """The numbers that may send and have something due in these lanes (neighbours), the first lane first."""
    with connection.cursor() as cursor:
        real, now = clock.real(), clock.now()
        cursor.execute(_READY, [lanes[0], lanes[-1], lanes[-1], real, real, now, now])
        return [ReadyNumber(*row) for row in cursor.fetchall()]


def claim(shares: Sequence[tuple[ReadyNumber, int]]) -> list[Item]:
    """Own up to so many due messages of each number. Their attempts are committed with it: call nothing before."""
    real, now = clock.real(), clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            [
                [number.lane for number, _most in shares],
                [number.id for number, _most in shares],
                [most for _number, most in shares],
                now,
                real - UNKNOWN_BLOCKS,
                now,
                real,
                real + LEASE,
            ],
        )
        return sorted((Item(*row) for row in cursor.fetchall()), key=lambda item: (item.lane, item.id))


def put_back(rows: Iterable[tuple[Item, datetime | None, str]]) -> int:
    """Give items back whose call was not made, as if the attempt had not been: item, when again, why it waits.

    How many of them do not wait, because what they would wait for came while they were looked at.
    """
    owned = list(rows)
    if not owned:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH mine AS (SELECT t.id, given.not_before, given.reason, t.reason = %s AS has_come "
            "FROM public.outbox_item t JOIN unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[]) "
            "AS given(id, fence, not_before, reason) ON t.id = given.id AND t.fence = given.fence "
            "WHERE t.state = 'sending' ORDER BY t.id FOR UPDATE OF t) "
            "UPDATE public.outbox_item t SET state = 'queued', attempts = t.attempts - 1, lease_until = NULL, "
            "not_before = CASE WHEN has_come THEN t.not_before ELSE COALESCE(mine.not_before, t.not_before) END, "
            "reason = CASE WHEN has_come THEN '' ELSE mine.reason END "
            "FROM mine WHERE t.id = mine.id RETURNING has_come",
            [
                BROUGHT_FORWARD,
                [item.id for item, _at, _why in owned],
                [item.fence for item, _at, _why in owned],
                [at for _item, at, _why in owned],
                [why for _item, _at, why in owned],
            ],
        )
        return sum(has_come for (has_come,) in cursor.fetchall())
