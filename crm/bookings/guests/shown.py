"""Visits of a guest as a short list: those to come, the last ones, and how often they did not come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from crm.bookings.actions.states import items_of_many
from crm.bookings.calendar import words
from crm.bookings.models import Booking, Reminder
from crm.bookings.reminders.hearing import shown
from crm.bookings.rights import visible_bookings
from crm.contacts.models import Contact
from crm.inbox.rights import Who
from ops import clock
from portal.frame import money

State = Booking.State
MOST_AHEAD: Final = 5
MOST_PAST: Final = 3
TONES: Final = {
    State.HELD: "bg-yellow-lt",
    State.CONFIRMED: "bg-green-lt",
    State.ARRIVED: "bg-green-lt",
    State.DONE: "bg-secondary-lt",
    State.CANCELLED: "bg-secondary-lt",
    State.NO_SHOW: "bg-red-lt",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One line."""

    public_id: UUID
    # On the salon's clock.
    starts_at: datetime
    what: str
    people: str
    price: str
    state: str
    tone: str
    # How far the newest reminder is, and what was answered; empty while there is none.
    reminder: str
    reminder_tone: str


@dataclass(frozen=True, slots=True)
class Visits:
    """All of the list."""

    ahead: list[Visit]
    past: list[Visit]
    no_shows: int
    count: int


def visits_of(contact: Contact, who: Who) -> Visits:
    """A guest's visits as this member may see them."""
    seen = visible_bookings(who).filter(contact=contact)
    now = clock.now()
    coming = seen.filter(ends_at__gt=now, state__in=(State.HELD, State.BOOKED, State.CONFIRMED, State.ARRIVED))
    over = seen.exclude(state=State.CANCELLED).filter(ends_at__lte=now)
    ahead = list(coming.order_by("starts_at", "pk")[:MOST_AHEAD])
    past = list(over.order_by("-starts_at", "-pk")[:MOST_PAST])
    told = _told([*ahead, *past])
    return Visits(
        told[: len(ahead)],
        told[len(ahead) :],
        seen.filter(state=State.NO_SHOW).count(),
        over.exclude(state=State.NO_SHOW).count(),
    )


def _told(rows: Sequence[Booking]) -> list[Visit]:
    items, reminders = items_of_many([row.pk for row in rows]), _reminders(rows)
    found = []
    for row in rows:
        reminder, tone = reminders.get(row.pk, ("", ""))
        found.append(
            Visit(
                row.public_id,
                row.starts_at.astimezone(ZoneInfo(row.zone)),
                ", ".join(item.service.name for item in items[row.pk]),
                ", ".join(dict.fromkeys(item.professional.name for item in items[row.pk])),
                money.shown(row.price_minor, row.currency) if row.price_minor else "",
                str(row.get_state_display()),
                TONES.get(State(row.state), "bg-blue-lt"),
                reminder,
                tone,
            )
        )
    return found


def _reminders(rows: Sequence[Booking]) -> dict[int, tuple[str, str]]:
    """By booking how its newest reminder stands: of the visit as it is now, and one that left."""
    versions = {row.pk: row.version for row in rows}
    found = list(
        Reminder.objects.filter(booking__in=versions)
        .exclude(state__in=(Reminder.State.CANCELLED, Reminder.State.PLANNED, Reminder.State.SKIPPED))
        .order_by("booking_id", "due_at", "pk")
    )
    states = shown(found)
    return {row.booking_id: words_of(row, states[row.pk]) for row in found}


def words_of(row: Reminder, state: str) -> tuple[str, str]:
    """A reminder's state with its answer, and the tone of its badge."""
    said: Any = words.ANSWER.get(row.answer) if row.answer else words.REMINDER.get(state, state)
    tone = "text-danger" if state == Reminder.State.FAILED else ""
    return str(said), tone
