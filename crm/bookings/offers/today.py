"""What a professional does today, and when they are free next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from crm.bookings.asking import hours_and_breaks
from crm.bookings.availability.types import DAY, Span, common, joined
from crm.bookings.availability.wall import day_of, moment_of, offset_at, span_of_day
from crm.bookings.catalogue import Catalogue, KnownPerson, catalogue
from crm.bookings.offers.parts import clock
from crm.bookings.reading import Taken, now_minute, taken

AHEAD_DAYS: Final = 14
_EVER: Final = 2**40


@dataclass(frozen=True, slots=True)
class Today:
    """How it is with one of them."""

    # "09:00–12:00, 13:00–18:00"; empty: not today.
    hours: str
    off_until: datetime | None
    # Within the next two weeks.
    free_at: datetime | None


def today(people: Iterable[int]) -> dict[int, Today]:
    """By professional."""
    known, now = catalogue(), now_minute()
    keys = [pk for pk in people if pk in known.people]
    first = day_of(known.zone, now)
    low, _end = span_of_day(known.zone, first)
    read = taken(keys, low, now + AHEAD_DAYS * DAY)
    return {pk: _of(known.people[pk], known, read, first, now) for pk in keys}


def _of(one: KnownPerson, known: Catalogue, read: Taken, first: int, now: int) -> Today:
    works, breaks = hours_and_breaks(one, known, first, first + AHEAD_DAYS)
    off = read.off.get(one.pk, [])
    begins, ends = span_of_day(known.zone, first)
    shown = without(common(works, [(begins, ends)]), joined([*breaks, *off]))
    away = next((end for start, end in off if start <= now < end), None)
    least = min((shape.minutes for shape in one.shapes.values()), default=known.grid_minutes)
    free = without(works, joined([*breaks, *off, *read.busy.get(one.pk, []), (-_EVER, now)]))
    grid = known.grid_minutes
    fitting = ((_on_grid(start, known, grid), end) for start, end in free if start < now + AHEAD_DAYS * DAY)
    free_at = next((start for start, end in fitting if end - start >= least), None)
    return Today(
        ", ".join(f"{_wall(start, known)}–{_wall(end, known)}" for start, end in shown),
        moment_of(away) if away else None,
        moment_of(free_at) if free_at is not None and one.shapes and not one.is_archived else None,
    )


def without(these: Sequence[Span], those: Sequence[Span]) -> list[Span]:
    """What of these lies in none of those; each in order and without overlaps."""
    edges = [-_EVER, *(edge for span in those for edge in span), _EVER]
    return common(these, list(zip(edges[::2], edges[1::2], strict=True)))


def _on_grid(minute: int, known: Catalogue, grid: int) -> int:
    return minute + -(minute + offset_at(known.zone, minute)) % grid


def _wall(minute: int, known: Catalogue) -> str:
    return clock(minute + offset_at(known.zone, minute))
