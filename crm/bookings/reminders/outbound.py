"""Asked before a reminder leaves (OUTBOUND_CHECKS): never after the visit, nor for one that was cancelled or moved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from channels_wa.outbox.checks import OutboundFacts, Refusal
from crm.bookings.availability.wall import minute_of
from crm.bookings.reminders.asked import ID
from crm.bookings.reminders.planning import CHANGED, REMINDED

REMINDER = "reminder"
_HOLDS: Final = (
    "SELECT r.id, b.starts_at FROM reminder r JOIN booking b ON b.id = r.booking_id "
    "WHERE r.id = ANY(%s) AND b.state = ANY(%s) AND b.starts_at > %s"
)


def check(batch: Sequence[OutboundFacts], now: datetime) -> list[Refusal | None]:
    """Refuse reminders whose visit is over or not any more what they say; those without our buttons are not ours.

    It is asked again before each try, so what waited for a stopped number, or is sent once more because nobody knows
    what became of it, is looked at too.
    """
    said = [_said(facts) if facts.purpose == REMINDER else None for facts in batch]
    wanted = {pk for pk, _minute in filter(None, said)}
    if not wanted:
        return [None] * len(batch)
    with connection.cursor() as cursor:
        cursor.execute(_HOLDS, [sorted(wanted), list(REMINDED), now])
        holds = {(pk, minute_of(starts)) for pk, starts in cursor.fetchall()}
    return [None if one is None or one in holds else Refusal(CHANGED) for one in said]


def _said(facts: OutboundFacts) -> tuple[int, int] | None:
    """Which reminder it is, and the minute of the visit that it tells: what its last button says. Words are not looked
    at, because a guest may have any name."""
    if facts.type == "template":
        said = _last(_last(facts.payload.get("components")).get("parameters")).get("payload")
    else:
        said = _last(facts.payload.get("buttons")).get("id")
    found = ID.fullmatch(str(said))
    return (int(found[1]), int(found[3])) if found else None


def _last(parts: Any) -> dict[str, Any]:
    return parts[-1] if isinstance(parts, list) and parts and isinstance(parts[-1], dict) else {}
