"""What Meta charges for messages, as its statuses say it: each message once, when it has arrived."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from billing.costs.recording import Delivered, note_messages
from ops import clock

# Meta prices `sent` and one of these; only what arrives is charged (WHATSAPP.md §5).
ARRIVED = ("delivered", "read", "played")
# By the index of times, and then message by message: never more than what the statuses of that time are about.
_PRICED = """
    SELECT lower(f.category), count(*) FROM (
        SELECT DISTINCT ON (message_id) message_id, id, pricing ->> 'category' AS category FROM status_event
        WHERE COALESCE(at, received_at) >= %s AND COALESCE(at, received_at) < %s
        AND status = ANY(%s) AND pricing ->> 'category' <> ''
        ORDER BY message_id, id) f
    CROSS JOIN LATERAL (
        SELECT min(e.id) AS id FROM status_event e WHERE e.message_id = f.message_id
        AND e.status = ANY(%s) AND e.pricing ->> 'category' <> '') earliest
    WHERE earliest.id = f.id GROUP BY 1
"""


def priced_before(told: Iterable[tuple[int, Any]]) -> set[int]:
    """Of these (message, status) the messages whose arrival was priced by a status that was kept before. Call it under
    their locks, before new ones are kept."""
    ids = sorted({message_id for message_id, update in told if _is_priced(update)})
    if not ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT message_id FROM status_event WHERE message_id = ANY(%s) AND status = ANY(%s) "
            "AND pricing IS NOT NULL",
            [ids, list(ARRIVED)],
        )
        return {row[0] for row in cursor.fetchall()}


def note(salon_id: int, told: Sequence[tuple[int, Any]], before: set[int]) -> None:
    """Add the fees of messages that arrived just now."""
    first: dict[int, Any] = {}
    for message_id, update in told:
        if _is_priced(update) and message_id not in before:
            first.setdefault(message_id, update)
    if not first:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, recipient FROM message WHERE id = ANY(%s)", [sorted(first)])
        recipients = dict(cursor.fetchall())
    note_messages(salon_id, (_delivered(recipients.get(pk, ""), update) for pk, update in first.items()))


def priced_by_meta(first: datetime, before: datetime) -> dict[str, int]:
    """How many messages arrived in that time by each category, as the first status says that priced their arrival."""
    with connection.cursor() as cursor:
        cursor.execute(_PRICED, [first, before, list(ARRIVED), list(ARRIVED)])
        return dict(cursor.fetchall())


def _is_priced(update: Any) -> bool:
    return update.status in ARRIVED and bool((update.pricing or {}).get("category"))


def _delivered(recipient: str, update: Any) -> Delivered:
    at: datetime = update.at or clock.now()
    return Delivered(recipient, str(update.pricing["category"]), str(update.pricing.get("type") or ""), at)
