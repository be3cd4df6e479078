"""Availability by brute force: every choice of people, minute by minute, in the plainest words."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from crm.bookings.availability.types import Person, Question, Shape, Span, Thing


def clock_shows(zone: ZoneInfo, minute: int) -> datetime:
    """What the clock on the wall shows."""
    return datetime.fromtimestamp(minute * 60, UTC).astimezone(zone).replace(tzinfo=None)


def first_instant(zone: ZoneInfo, wall: datetime) -> int:
    """The first minute at which the clock shows that, or a later time."""
    at = int(wall.replace(tzinfo=UTC).timestamp() // 60) - 26 * 60
    while clock_shows(zone, at) < wall:
        at += 1
    return at


def open_minutes(zone: ZoneInfo, day: datetime, hours: Sequence[Span]) -> set[int]:
    """The minutes of one day's hours."""
    found: set[int] = set()
    for start, end in hours:
        found |= set(
            range(
                first_instant(zone, day + timedelta(minutes=start)), first_instant(zone, day + timedelta(minutes=end))
            )
        )
    return found


def inside(minute: int, spans: Sequence[Span]) -> bool:
    return any(start <= minute < end for start, end in spans)


def taken(shape: Shape, at: int, *, before: bool, after: bool) -> Iterator[int]:
    """The minutes for which the professional is taken."""
    if before:
        yield from range(at - shape.before, at)
    for busy, minutes in shape.segments:
        if busy:
            yield from range(at, at + minutes)
        at += minutes
    if after:
        yield from range(at, at + shape.after)


def can_work(person: Person, minute: int) -> bool:
    return inside(minute, person.works) and not any(
        inside(minute, spans) for spans in (person.breaks, person.off, person.busy)
    )


def is_possible(question: Question, start: int, chosen: Sequence[Person]) -> bool:
    """Whether these people could do it in turn."""
    at, used = start, set()
    for place, (wish, person) in enumerate(zip(question.wishes, chosen, strict=True)):
        if wish.service not in person.shapes or (wish.people and person.key not in wish.people):
            return False
        shape = person.shapes[wish.service].longer(wish.extra)
        same_before = place > 0 and chosen[place - 1].key == person.key
        same_after = place + 1 < len(chosen) and chosen[place + 1].key == person.key
        for minute in taken(shape, at, before=not same_before, after=not same_after):
            if not can_work(person, minute) or (person.key, minute) in used:
                return False
            used.add((person.key, minute))
        first, last = place == 0, place + 1 == len(chosen)
        held = range(at - (shape.before if first else 0), at + shape.minutes + (shape.after if last else 0))
        for kind in wish.needs:
            if not any(thing.kind == kind and _is_free(thing, held) for thing in question.things):
                return False
        at += shape.minutes
    return True


def _is_free(thing: Thing, held: Sequence[int]) -> bool:
    return not any(inside(minute, (*thing.busy, *thing.off)) for minute in held)


def starts(question: Question) -> list[int]:
    """The minutes at which the visit can begin."""
    found = []
    for start in range(question.start, question.end):
        shown = clock_shows(question.zone, start)
        on_grid = not question.grid or (shown.hour * 60 + shown.minute) % question.grid == 0
        if not on_grid or start < question.earliest or start >= question.latest:
            continue
        if any(
            is_possible(question, start, chosen) for chosen in product(question.people, repeat=len(question.wishes))
        ):
            found.append(start)
    return found
