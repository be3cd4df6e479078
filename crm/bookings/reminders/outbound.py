"""Asked before a reminder leaves (OUTBOUND_CHECKS): never after the visit, nor for one that was cancelled or moved."""

import json
from collections.abc import Sequence
from datetime import datetime

from channels_wa.outbox.checks import OutboundFacts, Refusal
from crm.bookings.availability.wall import minute_of
from crm.bookings.models import Reminder
from crm.bookings.reminders.asked import ID
from crm.bookings.reminders.planning import CHANGED, REMINDED

REMINDER = "reminder"


def check(batch: Sequence[OutboundFacts], now: datetime) -> list[Refusal | None]:
    """Refuse reminders whose visit is over or not any more what they say; those without our buttons are not ours.

    It is asked again before each try, so what waited for a stopped number, or is sent once more because nobody knows
    what became of it, is looked at too.
    """
    said = [_said(facts) if facts.purpose == REMINDER else None for facts in batch]
    wanted = {pk for pk, _minute in filter(None, said)}
    if not wanted:
        return [None] * len(batch)
    rows = Reminder.objects.filter(pk__in=wanted, booking__state__in=REMINDED, booking__starts_at__gt=now)
    holds = {(pk, minute_of(starts)) for pk, starts in rows.values_list("pk", "booking__starts_at")}
    return [None if one is None or one in holds else Refusal(CHANGED) for one in said]


def _said(facts: OutboundFacts) -> tuple[int, int] | None:
    """Which reminder it is, and the minute of the visit that it tells."""
    found = list(ID.finditer(json.dumps(facts.payload)))
    # The last one: buttons come behind the words, and a guest may have any name.
    return (int(found[-1][1]), int(found[-1][3])) if found else None
