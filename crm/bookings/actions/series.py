"""The same visit again and again: every so many days or weeks at the same wall clock, with days left out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from crm.bookings.actions import states
from crm.bookings.actions.booking import NewBooking, WrongItem, book
from crm.bookings.actions.placing import SlotTaken, in_turn
from crm.bookings.asking import STAFF, Rules
from crm.bookings.availability.wall import instant, moment_of
from crm.bookings.catalogue import catalogue
from crm.bookings.models import Booking
from ops.ids import uuid7

MOST = 52
UNITS = {"days": 1, "weeks": 7}


class WrongRule(ValueError):
    """A series that cannot be; `field` says what of it."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field, self.words = field, words


@dataclass(frozen=True, slots=True)
class Every:
    """How often: `count` visits in all, the first included; `but` are days that are left out and count all the same."""

    every: int
    unit: str
    count: int
    but: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Booked:
    """What became of a series."""

    bookings: list[Booking]
    # Days on which there was no place, and the nearest slots there.
    refused: list[tuple[datetime, SlotTaken]]


class SeriesTaken(Exception):
    """Some of the visits have no place, so none was booked; `refused` says which."""

    def __init__(self, refused: list[tuple[datetime, SlotTaken]]) -> None:
        super().__init__(f"{len(refused)} visits have no place")
        self.refused = refused


def moments(starts_at: datetime, every: Every) -> list[datetime]:
    """When the visits begin: the wall clock of the first one, whatever the clock does in between. Raises WrongRule."""
    if every.unit not in UNITS:
        raise WrongRule("unit", "Must be days or weeks.")
    if not 1 <= every.every <= MOST:
        raise WrongRule("every", f"Must be 1 to {MOST}.")
    if not 2 <= every.count <= MOST:
        raise WrongRule("count", f"Must be 2 to {MOST}.")
    zone = catalogue().zone
    local = starts_at.astimezone(zone)
    days = [local.date() + timedelta(days=n * every.every * UNITS[every.unit]) for n in range(every.count)]
    minute = local.hour * 60 + local.minute
    kept = [day for day in days if day not in every.but]
    # The first as it was said: of two times that the clock shows, the one that was meant.
    return [starts_at if day == local.date() else moment_of(instant(zone, day.toordinal(), minute)) for day in kept]


def book_series(
    new: NewBooking, every: Every, *, by: Any, rules: Rules = STAFF, override: str = "", skip_taken: bool = False
) -> Booked:
    """Book all of them; or, with `skip_taken`, those that have a place.

    Raises WrongRule, WrongItem, and SeriesTaken with nothing booked.
    """
    first = new.items[0].starts_at if new.items else None
    if first is None:
        raise WrongItem(0, "starts_at", "required", "The first service must say when it begins.")
    series, rule = uuid7(), {"every": every.every, "unit": every.unit, "count": every.count,
                             "but": [day.isoformat() for day in every.but]}  # fmt: skip
    booked, refused = [], []
    with transaction.atomic():
        for number, moment in enumerate(moments(first, every), 1):
            shifted = replace(
                new, items=_at(new, moment - first), series=series, series_number=number, series_rule=rule
            )
            try:
                booked.append(book(shifted, by=by, rules=rules, override=override))
            except SlotTaken as taken:
                refused.append((moment, taken))
        if refused and not (skip_taken and booked):
            raise SeriesTaken(refused)
    return Booked(booked, refused)


def cancel_rest(
    booking: Booking, *, by: Any, reason: str = "", version: int | None = None, among: QuerySet[Booking] | None = None
) -> list[Booking]:
    """Cancel this visit and the later ones of its series that still stand (of those `among`); all or none of them.

    The visit itself is the first of the answer. Raises as `states.cancel`.
    """
    if booking.series is None:
        return [states.cancel(booking, by=by, version=version, reason=reason)]
    rows = Booking.objects.all() if among is None else among
    later = rows.filter(series=booking.series, series_number__gt=booking.series_number or 0)

    def work() -> list[Booking]:
        states.wait_for_all([booking.pk, *later.values_list("pk", flat=True)])
        first = states.cancel(booking, by=by, version=version, reason=reason)
        standing = list(later.filter(state__in=("held", "booked", "confirmed")).order_by("pk"))
        return [first, *(states.cancel(one, by=by, reason=reason) for one in standing)]

    return in_turn(work)


def _at(new: NewBooking, later: timedelta) -> Sequence[Any]:
    return [
        replace(item, starts_at=item.starts_at + later) if item.starts_at is not None else item for item in new.items
    ]
