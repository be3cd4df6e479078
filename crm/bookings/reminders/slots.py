"""Other times for a visit: those that a guest named, else some of the next days, not all at the same hour."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from crm.bookings.actions.booking import items_in_order
from crm.bookings.actions.moving import Arranged, arrange
from crm.bookings.actions.placing import SlotTaken
from crm.bookings.answers.when import Wish as Wished
from crm.bookings.asking import Asked, Rules, question_for
from crm.bookings.availability.search import find
from crm.bookings.availability.types import Slot, Wish
from crm.bookings.availability.wall import instant, minute_of, moment_of
from crm.bookings.catalogue import Catalogue, catalogue, shape_of
from crm.bookings.models import Booking, BookingItem
from ops import clock

# What guests may book. Not GUEST itself: until when they may move is no matter for whom we asked whether they come.
RULES: Final = Rules(for_guests=True)
MOST: Final = 9
LOOK_DAYS: Final = 14
FURTHER_DAYS: Final = 45
APART: Final = 60


@dataclass(frozen=True, slots=True)
class Offer:
    """Times to choose from, and whether they are what the guest asked for."""

    slots: tuple[Slot, ...]
    fits: bool


@dataclass(frozen=True, slots=True)
class _Way:
    """The visit as it was booked, and with whom it may be."""

    asked: Asked
    items: tuple[BookingItem, ...]

    def between(self, start: int, end: int) -> list[Slot]:
        """Where it has room, as long as each service was booked: who made it longer needs that time again. The place
        of a service stands for it."""
        known = catalogue()
        question = question_for(self.asked, known, start, end)
        booked = [shape_of(item.segments, item.buffer_before, item.buffer_after) for item in self.items]
        people = [
            replace(
                person,
                shapes={
                    place: booked[place] for place, item in enumerate(self.items) if item.service_id in person.shapes
                },
            )
            for person in question.people
        ]
        wishes = tuple(replace(one, service=place, extra=0) for place, one in enumerate(question.wishes))
        return find(replace(question, people=people, wishes=wishes))


def offer(booking: Booking, wished: Wished) -> Offer:
    """Free times for the visit: as wished, else the nearest to it."""
    zone, now = ZoneInfo(booking.zone), clock.now()
    local = booking.starts_at.astimezone(zone)
    wished = _than_now(wished, local)
    today = now.astimezone(zone).date()
    # Whoever names a day beyond what may be booked gets the nearest times.
    named = _bookable(wished.days, today)
    days = named or tuple(today + timedelta(days=ahead) for ahead in range(LOOK_DAYS + 1))
    target = wished.minute if wished.minute is not None else _middle(wished, local)
    for way in ways(booking) if named or not wished.days else ():
        found = [one for one in _free(way, days) if one.starts != minute_of(booking.starts_at)]
        fitting = [one for one in found if wished.fits(moment_of(one.starts).astimezone(zone))]
        if fitting:
            is_asked_for = bool(wished.days) or wished.has_time
            return Offer(_spread(fitting, zone, target, days if wished.days else ()), is_asked_for)
    around = named[0] if named else today
    near = tuple(day for ahead in range(-3, FURTHER_DAYS) if (day := around + timedelta(days=ahead)) >= today)
    for way in ways(booking):
        found = [one for one in _free(way, near) if one.starts != minute_of(booking.starts_at)]
        if found:
            near_first = sorted({_day(one, zone) for one in found}, key=lambda day: (abs(day - around), day))[:3]
            kept = [one for one in found if _day(one, zone) in near_first]
            return Offer(_spread(kept, zone, target, ()), False)
    return Offer((), False)


def move_to(booking: Booking, start: int, *, by: Any, rules: Rules = RULES, reason: str = "reminder") -> Booking:
    """Let the visit begin at that minute. Raises SlotTaken, and as `arrange`."""
    for way in ways(booking):
        for slot in way.between(start, start + 1):
            wanted = [
                Arranged(item.service_id, one.person, moment_of(one.starts))
                for item, one in zip(way.items, slot.items, strict=True)
            ]
            return arrange(booking, wanted, by=by, version=booking.version, rules=rules, reason=reason)
    raise SlotTaken


def resources_of(bookings: Sequence[int]) -> set[int]:
    """All that a move of these visits might take: who offers their services, and what those need."""
    known = catalogue()
    services = set(BookingItem.objects.filter(booking__in=bookings).values_list("service_id", flat=True))
    found = {person.pk for person in known.people.values() if not services.isdisjoint(person.shapes)}
    return found | {thing.pk for thing in known.things_of(kind for pk in services for kind in known.services[pk].needs)}


def names_of(slot: Slot, known: Catalogue) -> str:
    """Who does it then."""
    return ", ".join(dict.fromkeys(known.people[one.person].name for one in slot.items if one.person in known.people))


def ways(booking: Booking) -> Iterator[_Way]:
    """How it may be moved: the same services with the same people, then with anyone."""
    known, items = catalogue(), tuple(items_in_order(booking))
    for keep in (True, False) if not all(item.is_anyone for item in items) else (False,):
        wishes = tuple(_wish(item, known, keep=keep and not item.is_anyone) for item in items)
        yield _Way(Asked(wishes, RULES, but=booking.pk), items)


def _wish(item: BookingItem, known: Catalogue, *, keep: bool) -> Wish:
    # Its length beside the list's: so far around is looked what is taken.
    extra = sum(int(part["minutes"]) for part in item.segments)
    people = (item.professional_id,) if keep else ()
    return Wish(item.service_id, people, extra, known.services[item.service_id].needs)


def _bookable(days: Sequence[date], today: date) -> tuple[date, ...]:
    last = today + timedelta(days=catalogue().horizon_days)
    return tuple(day for day in days if today <= day <= last)


def _free(way: _Way, days: Sequence[date]) -> list[Slot]:
    wanted = set(days)
    zone = catalogue().zone
    found = way.between(instant(zone, min(days).toordinal(), 0), instant(zone, max(days).toordinal() + 1, 0))
    return [one for one in found if moment_of(one.starts).astimezone(zone).date() in wanted]


def _than_now(wished: Wished, local: datetime) -> Wished:
    """ "mais tarde": on the same day, unless another one was named."""
    if not wished.than_now or wished.is_past:
        return Wished() if wished.is_past else wished
    shown = local.hour * 60 + local.minute
    days = wished.days or (local.date(),)
    if wished.than_now == "later":
        return Wished(days, from_minute=min(max(shown + 1, wished.from_minute), 1439), to_minute=1440)
    return Wished(days, from_minute=0, to_minute=max(shown, 1))


def _middle(wished: Wished, local: datetime) -> int:
    if wished.has_time:
        return (wished.from_minute + wished.to_minute) // 2
    return local.hour * 60 + local.minute


def _day(slot: Slot, zone: ZoneInfo) -> date:
    return moment_of(slot.starts).astimezone(zone).date()


def _spread(found: Sequence[Slot], zone: ZoneInfo, target: int, days: Sequence[date]) -> tuple[Slot, ...]:
    """At most MOST of them, some of each day, closest to the wished time of day, in the order of time."""
    by_day: dict[date, list[Slot]] = {}
    for one in found:
        by_day.setdefault(_day(one, zone), []).append(one)
    per_day = max(MOST // max(len(days), 1), 1) if days else 3
    chosen: list[Slot] = []
    for day in sorted(by_day):
        kept: list[Slot] = []
        for one in sorted(by_day[day], key=lambda slot: _distance(slot, zone, target)):
            if len(kept) < per_day and all(abs(one.starts - other.starts) >= APART for other in kept):
                kept.append(one)
        chosen += kept
    return tuple(sorted(chosen[:MOST], key=lambda slot: slot.starts))


def _distance(slot: Slot, zone: ZoneInfo, target: int) -> tuple[int, int]:
    local = moment_of(slot.starts).astimezone(zone)
    return abs(local.hour * 60 + local.minute - target), slot.starts
