"""A number that was disconnected: what waits to leave through it is taken back, and nothing new is taken."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from channels_wa.numbers.models import Number
from channels_wa.numbers.queries import known_numbers
from channels_wa.outbox.checks import OutboundFacts, Refusal
from channels_wa.outbox.telling import Change, tell
from ops import clock
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id

REASON = "number_disconnected"
_AT_ONCE = 500


def check(messages: Sequence[OutboundFacts], now: datetime) -> list[Refusal | None]:
    """Refuse what would leave through a number that the salon has no more."""
    gone = {pk for pk, number in known_numbers().items() if not number.is_connected}
    return [Refusal(REASON) if message.number_id in gone else None for message in messages]


def on_events(events: Sequence[Heard]) -> None:
    """`number.disconnected`: cancel what waits. What is on its way by now settles as always."""
    for event in events:
        number = Number.objects.filter(pk=event.payload["number_id"]).first()
        # It may have been connected again since.
        while number is not None and not number.is_connected and _cancel_some(number.pk):
            pass


@transaction.atomic
def _cancel_some(number_id: int) -> int:
    salon_id = current_salon_id() or 0
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.outbox_item SET state = 'settled', outcome = 'cancelled', reason = %s, settled_at = %s "
            "WHERE id IN (SELECT id FROM public.outbox_item WHERE state = 'queued' AND number_id = %s "
            "AND salon_id = %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING message_id",
            [REASON, clock.now(), number_id, salon_id, _AT_ONCE],
        )
        message_ids = [row[0] for row in cursor.fetchall()]
        if not message_ids:
            return 0
        cursor.execute(
            "UPDATE message SET status = 'cancelled', reason = %s WHERE id = ANY(%s) "
            "RETURNING id, public_id, conversation_id",
            [REASON, message_ids],
        )
        changed = [Change(pk, public_id, talk, "cancelled", REASON) for pk, public_id, talk in cursor.fetchall()]
    tell(salon_id, changed)
    return len(message_ids)
