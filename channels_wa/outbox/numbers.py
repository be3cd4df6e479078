"""What answers mean for a whole number: it slows down, its bulk rests, or it stops until a person acts."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from channels_wa.numbers.models import Number
from channels_wa.outbox.message import Lane
from channels_wa.outbox.reactions import NumberEffect
from ops import clock
from ops.bell import ring
from ops.eventqueue.handling import Heard
from ops.events.actions import emit
from ops.salon import run_in_salon

log = logging.getLogger(__name__)

_AT_ONCE = 5000


def apply_effects(effects: Sequence[NumberEffect]) -> None:
    """Write what a batch of answers means for its numbers; each number once."""
    slow: dict[int, datetime] = {}
    for effect in effects:
        if effect.slow_until:
            slow[effect.number_id] = max(slow.get(effect.number_id, effect.slow_until), effect.slow_until)
    for number_id, until in slow.items():
        _slow(number_id, until)
    for effect in {one.number_id: one for one in effects if one.stop_reason}.values():
        stop(effect.number_id, effect.stop_reason)
    for effect in {one.number_id: one for one in effects if one.bulk_not_before}.values():
        _rest_bulk(effect)


def stop(number_id: int, reason: str) -> bool:
    """Let nothing leave through a number until a person acts; whether it was active until now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.number SET state = %s, stopped_reason = %s WHERE id = %s AND state = %s "
            "RETURNING salon_id, public_id",
            [Number.State.STOPPED, reason, number_id, Number.State.ACTIVE],
        )
        row = cursor.fetchone()
    if row is None:
        return False
    salon_id, public_id = row
    log.error("number %s stopped: %s", public_id, reason)
    run_in_salon(salon_id, lambda: emit("number.stopped", subject=public_id, payload={"reason": reason}))
    return True


def resume(number_id: int) -> int:
    """Let the messages go that waited for the number itself; how many."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.outbox_item SET not_before = %s, reason = '' "
            "WHERE number_id = %s AND state = 'queued' AND reason LIKE 'number\\_%%'",
            [clock.now(), number_id],
        )
        # The dispatchers are above this module; a bell reaches those of all workers.
        transaction.on_commit(_ring)
        return int(cursor.rowcount)


def on_events(events: Sequence[Heard]) -> None:
    """A number was connected again or resumed: what waited for it goes at once."""
    for number_id in {int(event.payload["number_id"]) for event in events}:
        resume(number_id)


def _ring() -> None:
    ring("replies")
    ring("campaigns")


def hold_back() -> int:
    """Give messages of stopped and slow numbers a reason and a later moment: none waits in silence. How many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE public.outbox_item q SET not_before = held.until, reason = held.reason FROM (
                SELECT o.id, CASE n.state WHEN 'stopped' THEN %s + interval '5 minutes'
                        ELSE %s + (n.slow_until - %s) END AS until,
                    CASE n.state WHEN 'stopped' THEN 'number_stopped: ' || n.stopped_reason
                        ELSE 'number_slow' END AS reason
                FROM public.number n JOIN LATERAL (
                    SELECT id FROM public.outbox_item o WHERE o.state = 'queued' AND o.number_id = n.id
                    AND o.not_before <= %s LIMIT %s FOR UPDATE SKIP LOCKED) o ON true
                WHERE n.state = 'stopped' OR n.slow_until > %s + interval '10 seconds') held
            WHERE q.id = held.id
            """,
            [clock.now(), clock.now(), clock.real(), clock.now(), _AT_ONCE, clock.real()],
        )
        return int(cursor.rowcount)


def _slow(number_id: int, until: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.number SET slow_until = GREATEST(slow_until, %s) WHERE id = %s", [until, number_id]
        )


def _rest_bulk(effect: NumberEffect) -> None:
    log.error("number %s rests its campaigns: %s", effect.number_id, effect.bulk_reason)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.outbox_item SET not_before = %s, reason = %s "
            "WHERE number_id = %s AND state = 'queued' AND lane = %s AND not_before < %s",
            [effect.bulk_not_before, effect.bulk_reason, effect.number_id, Lane.CAMPAIGN, effect.bulk_not_before],
        )
