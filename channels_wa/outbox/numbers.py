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

# How the reasons begin that stand for the number and not for the message.
OF_THE_NUMBER = (r"number\_", r"campaign\_paused", r"portfolio\_limit")
_AT_ONCE = 5000
# A rest of a few seconds needs no word. `all_until` holds for everything of a number, `bulk_until` for its campaigns.
_HOLD_BACK = """
    WITH resting AS (
        SELECT n.id, CASE
                WHEN n.state <> 'active' THEN %(now)s + interval '5 minutes'
                WHEN n.slow_until > %(real)s + interval '10 seconds' THEN %(now)s + (n.slow_until - %(real)s)
                WHEN n.circuit_open_until > %(real)s + interval '10 seconds'
                    THEN %(now)s + (n.circuit_open_until - %(real)s) END AS all_until,
            CASE
                WHEN n.state = 'stopped' THEN 'number_stopped: ' || n.stopped_reason
                WHEN n.state <> 'active' THEN 'number_stopped: ' || n.state
                WHEN n.slow_until > %(real)s + interval '10 seconds' THEN 'number_slow'
                ELSE 'number_circuit' END AS reason,
            n.campaigns_paused_until AS bulk_until, n.campaigns_paused_reason AS bulk_reason
        FROM public.number n
        WHERE n.state <> 'active' OR n.slow_until > %(real)s + interval '10 seconds'
        OR n.circuit_open_until > %(real)s + interval '10 seconds'
        OR n.campaigns_paused_until > %(now)s + interval '10 seconds'
    )
    UPDATE public.outbox_item q SET not_before = held.until, reason = held.reason FROM (
        SELECT o.id, COALESCE(r.all_until, r.bulk_until) AS until,
            CASE WHEN r.all_until IS NULL THEN 'campaign_paused: ' || r.bulk_reason ELSE r.reason END AS reason
        FROM resting r JOIN LATERAL (
            SELECT id FROM public.outbox_item o WHERE o.state = 'queued' AND o.number_id = r.id
            AND o.not_before <= %(now)s AND (r.all_until IS NOT NULL OR o.lane = %(campaign)s)
            LIMIT %(at_once)s FOR UPDATE SKIP LOCKED) o ON true) held
    WHERE q.id = held.id
"""


def apply_effects(effects: Sequence[NumberEffect]) -> None:
    """Write what a batch of answers means for its numbers; each number once."""
    slow: dict[int, datetime] = {}
    for effect in effects:
        if effect.slow_until:
            slow[effect.number_id] = max(slow.get(effect.number_id, effect.slow_until), effect.slow_until)
    for number_id, until in slow.items():
        _slow(number_id, until)
    for effect in {one.number_id: one for one in effects if one.stop_reason}.values():
        stop(effect.number_id, effect.stop_reason, sealed_token=effect.sealed_token)
    for effect in {one.number_id: one for one in effects if one.bulk_not_before}.values():
        _rest_bulk(effect)


def stop(number_id: int, reason: str, *, sealed_token: bytes = b"") -> bool:
    """Let nothing leave through a number until a person acts; whether it was active until now.

    With `sealed_token` only while the number still has that one: the answer to a call from before a reconnection comes
    too late to stop it again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.number SET state = %s, stopped_reason = %s WHERE id = %s AND state = %s "
            "AND (%s = ''::bytea OR sealed_token = %s) RETURNING salon_id, public_id",
            [Number.State.STOPPED, reason, number_id, Number.State.ACTIVE, sealed_token, sealed_token],
        )
        row = cursor.fetchone()
    if row is None:
        return False
    salon_id, public_id = row
    log.error("number %s stopped: %s", public_id, reason)
    payload = {"number_id": number_id, "reason": reason}
    run_in_salon(salon_id, lambda: emit("number.stopped", subject=public_id, payload=payload))
    return True


def resume(number_id: int) -> int:
    """Let the messages go that waited for the number itself; those for which something else stands are held again."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.outbox_item SET not_before = %s, reason = '' "
            "WHERE number_id = %s AND state = 'queued' AND reason LIKE ANY(%s)",
            [clock.now(), number_id, [f"{one}%" for one in OF_THE_NUMBER]],
        )
        # The dispatchers are above this module; a bell reaches those of all workers.
        transaction.on_commit(_ring)
        return int(cursor.rowcount)


def on_events(events: Sequence[Heard]) -> None:
    """A number was connected again, resumed, or may send more: what waited for it goes at once."""
    numbers = {int(event.payload["number_id"]) for event in events if _lets_go(event)}
    for number_id in sorted(numbers):
        resume(number_id)
    for number_id in sorted({int(event.payload["number_id"]) for event in events if event.kind != "number.changed"}):
        forget_circuit(number_id)


def forget_circuit(number_id: int) -> bool:
    """Begin anew for a number; whether its circuit was open (see `circuit`)."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM public.number_circuit WHERE number_id = %s", [number_id])
        return bool(cursor.rowcount)


def _lets_go(event: Heard) -> bool:
    return event.kind != "number.changed" or event.payload.get("what") in ("messaging_limit", "throughput_mps")


def _ring() -> None:
    ring("replies")
    ring("campaigns")


def hold_back() -> int:
    """Give what numbers at rest cannot send a reason and a later moment: nothing waits in silence. How many."""
    with connection.cursor() as cursor:
        cursor.execute(
            _HOLD_BACK,
            {"now": clock.now(), "real": clock.real(), "campaign": int(Lane.CAMPAIGN), "at_once": _AT_ONCE},
        )
        return int(cursor.rowcount)


def _slow(number_id: int, until: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.number SET slow_until = GREATEST(slow_until, %s) WHERE id = %s", [until, number_id]
        )


def _rest_bulk(effect: NumberEffect) -> None:
    """Campaigns leave no more until that moment (`claiming`); their messages are told so by `hold_back`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.number SET campaigns_paused_until = %s, campaigns_paused_reason = %s "
            "WHERE id = %s AND (campaigns_paused_until IS NULL OR campaigns_paused_until < %s) "
            "RETURNING salon_id, public_id",
            [effect.bulk_not_before, effect.bulk_reason[:200], effect.number_id, effect.bulk_not_before],
        )
        row = cursor.fetchone()
    if row is None:
        return
    salon_id, public_id = row
    log.error("number %s rests its campaigns: %s", public_id, effect.bulk_reason)
    payload = {"number_id": effect.number_id, "reason": effect.bulk_reason}
    run_in_salon(salon_id, lambda: emit("number.campaigns_paused", subject=public_id, payload=payload))
