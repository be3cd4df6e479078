"""Entries and offers as the pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import formats
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from crm.bookings.availability.wall import day_of, moment_of
from crm.bookings.catalogue import catalogue
from crm.bookings.models import WaitlistEntry, WaitlistOffer
from crm.bookings.reading import now_minute
from crm.bookings.reminders.slots import names_of
from crm.bookings.waitlist import matching
from crm.contacts.names import addresses, name_of
from ops import clock

MOST_TIMES, PER_DAY, LOOK_DAYS = 15, 3, 31


@dataclass(frozen=True, slots=True)
class Row:
    """One who waits."""

    entry: WaitlistEntry
    who: str
    what: str
    whom: str
    when: str
    offer: WaitlistOffer | None = None

    @property
    def left_s(self) -> int:
        """Seconds until the offer is over: the page counts them down, whatever its own clock shows."""
        return max(0, int((self.offer.expires_at - clock.now()).total_seconds())) if self.offer else 0


@dataclass(frozen=True, slots=True)
class Time:
    """A free time that may be offered by hand."""

    minute: int
    at: datetime
    whom: str


def rows_of(entries: Sequence[WaitlistEntry]) -> list[Row]:
    """With names, wishes in words, and what is offered to them right now."""
    known = catalogue()
    offers = {
        row.entry_id: row
        for row in WaitlistOffer.objects.filter(
            entry__in=[one.pk for one in entries], state=WaitlistOffer.State.OFFERED
        ).select_related("booking")
    }
    named = addresses([one.contact_id for one in entries])
    return [
        Row(
            one,
            name_of(one.contact, named.get(one.contact_id, "")),
            ", ".join(known.services[pk].name for pk in one.service_ids if pk in known.services),
            ", ".join(known.people[pk].name for pk in one.professional_ids if pk in known.people) or _("Anyone"),
            wishes(one),
            offers.get(one.pk),
        )
        for one in entries
    ]


def wishes(entry: WaitlistEntry) -> str:
    """3 to 17 December; Mon, Tue; 09:00–12:00."""
    first, last = (formats.date_format(day, "SHORT_DATE_FORMAT") for day in (entry.from_date, entry.to_date))
    parts = [first if first == last else f"{first} – {last}"]
    if entry.weekdays:
        parts.append(", ".join(str(WEEKDAYS_ABBR[day]) for day in entry.weekdays))
    if (entry.from_minute, entry.to_minute) != (0, 1440):
        parts.append(f"{_clock(entry.from_minute)}–{_clock(entry.to_minute)}")
    return "; ".join(parts)


def times_for(entry: WaitlistEntry, people: frozenset[int] | None = None) -> list[Time]:
    """Free times as the guest wishes, a few of each day; with `people` only in their calendars."""
    known = catalogue()
    asked = matching.asked_of(entry, known)
    if asked is None:
        return []
    first = max(now_minute(), matching.first_minute(entry, known))
    found: list[Time] = []
    per_day: dict[int, int] = {}
    for slot in matching.slots_for(entry, asked, known, first, first + LOOK_DAYS * 1440):
        if people is not None and not {one.person for one in slot.items} <= people:
            continue
        day = day_of(known.zone, slot.starts)
        per_day[day] = per_day.get(day, 0) + 1
        if per_day[day] <= PER_DAY:
            found.append(Time(slot.starts, moment_of(slot.starts), names_of(slot, known)))
        if len(found) >= MOST_TIMES:
            break
    return found


def history_of(entry: WaitlistEntry) -> list[dict[str, Any]]:
    """What was offered, newest first."""
    words = {
        "offered": _("Offered"),
        "taken": _("Taken"),
        "refused": _("Did not want it"),
        "expired": _("No answer in time"),
        "withdrawn": _("Taken back"),
    }
    tones = {"offered": "blue", "taken": "green", "refused": "yellow"}
    rows = WaitlistOffer.objects.filter(entry=entry).select_related("booking").order_by("-pk")[:50]
    return [{"offer": row, "words": words[row.state], "tone": tones.get(row.state, "")} for row in rows]


def _clock(minute: int) -> str:
    return "24:00" if minute == 1440 else f"{minute // 60:02}:{minute % 60:02}"
