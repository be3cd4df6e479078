"""Other times for a visit: those that a guest named, else some of the next days, not all at the same hour."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from crm.bookings.actions.booking import items_in_order
from crm.bookings.actions.moving import Arranged, arrange
from crm.bookings.actions.placing import SlotTaken
from crm.bookings.answers.when import Wish as Wished
from crm.bookings.asking import Asked, Rules, at, slots
from crm.bookings.availability.types import Slot, Wish
from crm.bookings.availability.wall import minute_of, moment_of
from crm.bookings.catalogue import Catalogue, catalogue
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


def offer(booking: Booking, wished: Wished) -> Offer:
    """Free times for the visit: as wished, else the nearest to it."""
    zone, now = ZoneInfo(booking.zone), clock.now()
    local = booking.starts_at.astimezone(zone)
    wished = _than_now(wished, local)
    today = now.astimezone(zone).date()
    days = wished.days or tuple(today + timedelta(days=ahead) for ahead in range(LOOK_DAYS + 1))
    target = wished.minute if wished.minute is not None else _middle(wished, local)
    for asked in _ways(booking):
        found = [one for one in _free(asked, days) if one.starts != minute_of(booking.starts_at)]
        fitting = [one for one in found if wished.fits(moment_of(one.starts).astimezone(zone))]
        if fitting:
            is_asked_for = bool(wished.days) or wished.has_time
            return Offer(_spread(fitting, zone, target, days if wished.days else ()), is_asked_for)
    around = wished.days[0] if wished.days else today
    near = tuple(day for ahead in range(-3, FURTHER_DAYS) if (day := around + timedelta(days=ahead)) >= today)
    for asked in _ways(booking):
        found = [one for one in _free(asked, near) if one.starts != minute_of(booking.starts_at)]
        if found:
            near_first = sorted({_day(one, zone) for one in found}, key=lambda day: (abs(day - around), day))[:3]
            kept = [one for one in found if _day(one, zone) in near_first]
            return Offer(_spread(kept, zone, target, ()), False)
    return Offer((), False)


def move_to(booking: Booking, start: int, *, by: Any) -> Booking:
    """Let the visit begin at that minute. Raises SlotTaken, and as `arrange`."""
    for asked in _ways(booking):
        for slot in at(asked, start):
            wanted = [Arranged(one.service, one.person, moment_of(one.starts)) for one in slot.items]
            return arrange(booking, wanted, by=by, rules=RULES, reason="reminder")
    raise SlotTaken


def names_of(slot: Slot, known: Catalogue) -> str:
    """Who does it then."""
    return ", ".join(dict.fromkeys(known.people[one.person].name for one in slot.items if one.person in known.people))


def _ways(booking: Booking) -> Iterator[Asked]:
    """The same services with the same people, then with anyone."""
    known, items = catalogue(), items_in_order(booking)
    yield Asked(tuple(_wish(item, known, keep=not item.is_anyone) for item in items), RULES, but=booking.pk)
    if not all(item.is_anyone for item in items):
        yield Asked(tuple(_wish(item, known, keep=False) for item in items), RULES, but=booking.pk)


def _wish(item: BookingItem, known: Catalogue, *, keep: bool) -> Wish:
    extra = sum(int(one.get("minutes", 0)) for one in item.add_ons)
    people = (item.professional_id,) if keep else ()
    return Wish(item.service_id, people, extra, known.services[item.service_id].needs)


def _free(asked: Asked, days: Sequence[date]) -> list[Slot]:
    wanted = set(days)
    zone = catalogue().zone
    found = slots(asked, min(days), max(days))
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
