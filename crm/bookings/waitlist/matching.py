"""Who of those who wait would take a place that became free, best first.

The order, as it is told to whoever asks (docs/adr/0028): who asked for this professional by name before who takes
anyone; then who was offered nothing in the last day; then who has waited longest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from crm.bookings.asking import STAFF, Asked, question_for, wish
from crm.bookings.availability.search import find
from crm.bookings.availability.types import Question, Slot
from crm.bookings.availability.wall import day_of, instant, minute_of, moment_of
from crm.bookings.catalogue import Catalogue, catalogue
from crm.bookings.models import Booking, WaitlistEntry, WaitlistOffer
from crm.bookings.reading import now_minute
from crm.bookings.waitlist.places import Place
from ops import clock

# Whoever was asked so lately lets others come first.
RECENT: Final = timedelta(hours=24)
# Nobody is offered what they have not at least so many minutes to take.
LEAST_MINUTES: Final = 5
# A longer stretch (two months of time off are lifted) is looked at from its beginning only.
LONGEST_DAYS: Final = 31
MOST: Final = 1000
ACTIVE: Final = ("held", "booked", "confirmed", "arrived")


@dataclass(frozen=True, slots=True)
class Match:
    """One who waits, and the visit that fits."""

    entry: WaitlistEntry
    slot: Slot


def matches(place: Place) -> Iterator[Match]:
    """Those who would take it, best first; each is looked at when asked for, as most places go to the first."""
    known = catalogue()
    for entry in _in_order(place, known):
        if slot := fitting(entry, place, known):
            yield Match(entry, slot)


def fitting(entry: WaitlistEntry, place: Place, known: Catalogue) -> Slot | None:
    """The visit closest to where the place begins that touches it and is as the guest wishes."""
    found: list[Slot] = []
    for asked in _asked_at(entry, place, known):
        found += slots_for(entry, asked, known, place.start - _longest(entry, known), end_of(place))
        if place.start % known.grid_minutes:
            # Staff had put it beside the grid.
            found += slots_for(entry, asked, known, place.start, place.start + 1, grid=0)
    touching = [slot for slot in found if _touches(slot, place)]
    return min(touching, key=lambda slot: (abs(slot.starts - place.start), slot.starts), default=None)


def end_of(place: Place) -> int:
    """Until where a place is looked at."""
    return min(place.end, max(place.start, now_minute()) + LONGEST_DAYS * 1440)


def slots_for(
    entry: WaitlistEntry, asked: Asked, known: Catalogue, start: int, end: int, *, grid: int | None = None
) -> list[Slot]:
    """Free visits of an entry that begin in there, as wished: days, times of day, in time to answer."""
    last = instant(known.zone, entry.to_date.toordinal() + 1, 0)
    start, end = max(start, first_minute(entry, known), earliest(entry, known)), min(end, last, _before(entry))
    if start >= end:
        return []
    question: Question = question_for(asked, known, start, end)
    if grid is not None:
        question = replace(question, grid=grid)
    return [slot for slot in find(question) if start <= slot.starts < end and is_wished(entry, slot, known)]


def asked_of(entry: WaitlistEntry, known: Catalogue) -> Asked | None:
    """The visit as a question; None where something of it is not offered any more."""
    people = [who_may(entry, service, known) for service in entry.service_ids]
    if not all(people):
        return None
    return Asked(
        tuple(wish(known, service, who) for service, who in zip(entry.service_ids, people, strict=True)), STAFF
    )


def who_may(entry: WaitlistEntry, service: int, known: Catalogue) -> list[int]:
    """Who may do it for this guest. Anyone is whoever guests may choose; by name staff may have promised somebody
    else."""
    one = known.services.get(service)
    if one is None or one.is_archived:
        return []
    return [
        pk
        for pk, person in known.people.items()
        if service in person.shapes
        and not person.is_archived
        and (pk in entry.professional_ids if entry.professional_ids else person.is_online)
    ]


def first_minute(entry: WaitlistEntry, known: Catalogue) -> int:
    """When its first day begins."""
    return instant(known.zone, entry.from_date.toordinal(), 0)


def earliest(entry: WaitlistEntry, known: Catalogue) -> int:
    """Not before: the salon's lead time, and time to answer."""
    lead = max((known.services[pk].lead_minutes for pk in entry.service_ids if pk in known.services), default=0)
    return now_minute() + max(lead, LEAST_MINUTES + 1)


def is_wished(entry: WaitlistEntry, slot: Slot, known: Catalogue) -> bool:
    """Whether the guest can then: the day of the week, and the time at which it begins."""
    local = moment_of(slot.starts).astimezone(known.zone)
    shown = local.hour * 60 + local.minute
    if entry.weekdays and local.weekday() not in entry.weekdays:
        return False
    return entry.from_minute <= shown < entry.to_minute and entry.from_date <= local.date() <= entry.to_date


def booked_meanwhile(entry: WaitlistEntry) -> bool:
    """Whether the guest has by now what they wait for."""
    known = catalogue()
    start = moment_of(instant(known.zone, entry.from_date.toordinal(), 0))
    end = moment_of(instant(known.zone, entry.to_date.toordinal() + 1, 0))
    found = Booking.objects.filter(
        contact=entry.contact_id,
        state__in=("booked", "confirmed", "arrived", "done"),
        created_at__gt=entry.created_at,
        starts_at__gte=start,
        starts_at__lt=end,
        items__service__in=entry.service_ids,
    )
    if entry.booking_id:
        found = found.exclude(pk=entry.booking_id)
    return found.exists()


def is_elsewhere(contact: int, slot: Slot, *, but: Sequence[int | None] = ()) -> bool:
    """Whether the guest has another visit at that time."""
    found = Booking.objects.filter(
        contact=contact, state__in=ACTIVE, starts_at__lt=moment_of(slot.ends), ends_at__gt=moment_of(slot.starts)
    ).exclude(state="held", hold_until__lte=clock.now())
    return found.exclude(pk__in=[one for one in but if one]).exists()


def _in_order(place: Place, known: Catalogue) -> list[WaitlistEntry]:
    first, last = (day_of(known.zone, minute) for minute in (place.start, place.end))
    rows = list(
        WaitlistEntry.objects.filter(closed_at=None, state=WaitlistEntry.State.WAITING)
        .filter(from_date__lte=moment_of(end_of(place)).astimezone(known.zone).date())
        .filter(to_date__gte=moment_of(place.start).astimezone(known.zone).date())
        .select_related("contact", "booking")
        .order_by("created_at", "pk")[:MOST]
    )
    offered = dict[int, bool]()
    since = clock.now() - RECENT
    for entry_id, name, at in WaitlistOffer.objects.filter(entry__in=[row.pk for row in rows]).values_list(
        "entry_id", "place", "created_at"
    ):
        if name == str(place):
            # Once for each place, whatever they said to it.
            offered[entry_id] = False
        elif at >= since:
            offered.setdefault(entry_id, True)
    days = {(day - 1) % 7 for day in range(first, min(last, first + 6) + 1)}
    judged = [
        (row, bool(place.people & set(row.professional_ids)), offered.get(row.pk, False))
        for row in rows
        if offered.get(row.pk, True) and _may(row, place, days, known)
    ]
    judged.sort(key=lambda one: (not one[1], one[2], one[0].created_at, one[0].pk))
    return [row for row, _by_name, _is_recent in judged]


def _may(entry: WaitlistEntry, place: Place, days: set[int], known: Catalogue) -> bool:
    """Told without looking for slots."""
    if entry.weekdays and not days & set(entry.weekdays):
        return False
    if not place.people:
        return True
    wanted = set(entry.professional_ids) & place.people if entry.professional_ids else place.people
    return any(
        service in known.people[pk].shapes for pk in wanted if pk in known.people for service in entry.service_ids
    )


def _asked_at(entry: WaitlistEntry, place: Place, known: Catalogue) -> list[Asked]:
    """The visit with one of its services by those whose time it is: where others are free too, it is still theirs."""
    asked = asked_of(entry, known)
    if asked is None:
        return []
    if not place.people:
        return [asked]
    found = []
    for at, one in enumerate(asked.wishes):
        if own := tuple(pk for pk in one.people if pk in place.people):
            wishes = (*asked.wishes[:at], replace(one, people=own), *asked.wishes[at + 1 :])
            found.append(replace(asked, wishes=wishes))
    return found


def _touches(slot: Slot, place: Place) -> bool:
    if not place.people:
        return slot.starts < place.end and slot.ends > place.start
    return any(
        item.person in place.people and item.starts < place.end and item.ends > place.start for item in slot.items
    )


def _before(entry: WaitlistEntry) -> int:
    """Who would give up a visit comes only for an earlier one."""
    booking = entry.booking
    return minute_of(booking.starts_at) if booking is not None and booking.state in ACTIVE else 2**40


def _longest(entry: WaitlistEntry, known: Catalogue) -> int:
    shapes = [
        max((person.shapes[pk].minutes for person in known.people.values() if pk in person.shapes), default=0)
        for pk in entry.service_ids
    ]
    return sum(shapes)
