"""What the claimed messages say, and what the checks and buckets must know: one query for each salon."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from channels_wa.outbox.checks import OutboundFacts
from channels_wa.outbox.limiter import PAIR_BURST, PAIR_EVERY_S
from channels_wa.outbox.window import LAST_INBOUND
from ops import clock

_PAIR_REMEMBERS = timedelta(seconds=PAIR_BURST * PAIR_EVERY_S)


@dataclass(frozen=True, slots=True)
class Content:
    """One message, ready to be judged and sent."""

    message_id: int
    public_id: UUID
    type: str
    text: str
    payload: dict[str, Any]
    recipient_kind: str
    recipient: str
    reply_to: str
    facts: OutboundFacts
    sent_to_pair: int


_LOAD = f"""
    SELECT m.id, m.public_id, m.type, m.text, m.payload, m.recipient_kind, m.recipient, m.reply_to,
        m.contact_id, m.conversation_id, m.number_id, m.purpose, inbound.at, pair.sent
    FROM message m
    LEFT JOIN LATERAL ({LAST_INBOUND.format(contact="m.contact_id", number="m.number_id")}) inbound ON true
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE p.at > %s AND p.status NOT IN ('queued', 'cancelled')) AS sent FROM (
            SELECT o.at, o.status FROM message o WHERE o.contact_id = m.contact_id AND o.number_id = m.number_id
            AND o.direction = 'out' ORDER BY o.id DESC LIMIT {2 * PAIR_BURST}) p
    ) pair ON true
    WHERE m.id = ANY(%s)
"""


def load(message_ids: Iterable[int]) -> dict[int, Content]:
    """The messages by id, inside their salon; one that was erased is missing."""
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, [clock.now() - _PAIR_REMEMBERS, list(message_ids)])
        return {row[0]: _content(row) for row in cursor.fetchall()}


def _content(row: tuple[Any, ...]) -> Content:
    payload = json.loads(row[4]) if isinstance(row[4], str) else row[4]
    facts = OutboundFacts(
        contact_id=row[8],
        conversation_id=row[9],
        number_id=row[10],
        type=row[2],
        purpose=row[11],
        last_inbound_at=row[12],
        payload=payload,
        message_id=row[0],
    )
    return Content(row[0], row[1], row[2], row[3], payload, row[5], row[6], row[7], facts, row[13])
