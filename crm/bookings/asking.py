"""Availability for those who show it: services and professionals in, slots out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from crm.bookings.availability.explain import explain
from crm.bookings.availability.search import find
from crm.bookings.availability.types import DAY, Person, Question, Reason, Slot, Span, Thing, Why, Wish
from crm.bookings.availability.wall import day_of, instant, span_of_day, working
from crm.bookings.catalogue import Catalogue, KnownPerson, catalogue
from crm.bookings.reading import Taken, now_minute, taken

EVER = (-(2**40), 2**40)
# Whatever is asked and by whom, nothing is looked for further away than anybody may book.
REACH_DAYS = 731
# How far the nearest free slots are looked for around the wanted time, in days; and how many.
NEAREST_DAYS = (2, 7, 30)
NEAREST = 5


@dataclass(frozen=True, slots=True)
class Rules:
    """Which of the salon's rules bind whoever asks."""

    # Lead time, horizon, grid, and only who and what may be booked online.
    for_guests: bool = True
    # Not even hours, breaks and time off: somebody says why.
    is_override: bool = False
    # What has begun already may stay where it is.
    may_have_begun: bool = False


GUEST, STAFF, OVERRIDE = Rules(), Rules(for_guests=False), Rules(for_guests=False, is_override=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """A visit that somebody would like: services in their order, each with whom (none: anyone)."""

    wishes: tuple[Wish, ...]
    rules: Rules = GUEST
    # The booking that would be moved there does not stand in its own way.
    but: int | None = None


def wish(known: Catalogue, service: int, people: Iterable[int] = (), add_ons: Iterable[int] = ()) -> Wish:
    """One service as it is wished; with the minutes of its add-ons."""
    extra = sum(known.services[pk].shape.minutes for pk in add_ons)
    return Wish(service, tuple(people), extra, known.services[service].needs)


def people_of(professional: int | None, among: Iterable[int] | None) -> tuple[int, ...]:
    """Whom a wish names: this one, or of anyone only these; nobody's key where there are none."""
    return (professional,) if professional is not None else () if among is None else (tuple(among) or (0,))


def slots(asked: Asked, first: date, last: date, *, most: int | None = None) -> list[Slot]:
    """All visits that may begin from one day of the salon to another, both included."""
    known = catalogue()
    today = day_of(known.zone, now_minute())
    # Just out of reach is as far as any day.
    reach = REACH_DAYS + 2
    days = [min(max(day.toordinal(), today - reach), today + reach) for day in (first, last)]
    start, end = instant(known.zone, days[0], 0), instant(known.zone, days[1] + 1, 0)
    question = question_for(asked, known, start, end)
    return find(question, most=most)


def at(asked: Asked, start: int) -> list[Slot]:
    """The visit that begins then, if it can; none or one."""
    return find(question_for(asked, catalogue(), start, start + 1))


def nearest(asked: Asked, around: int) -> list[Slot]:
    """The free slots closest to a moment, in order of time; looked for further away only while there are few."""
    known = catalogue()
    now = now_minute()
    found: list[Slot] = []
    for days in NEAREST_DAYS:
        start, end = max(around - days * DAY, now), around + days * DAY
        if start < end:
            found = find(question_for(asked, known, start, end))
        if len(found) >= NEAREST:
            break
    close = sorted(found, key=lambda slot: (abs(slot.starts - around), slot.starts))[:NEAREST]
    return sorted(close, key=lambda slot: slot.starts)


def why_not(asked: Asked, start: int) -> list[Why]:
    """Why a visit cannot begin then; nothing if it can."""
    return why_none(asked, [start])[0]


def why_none(asked: Asked, starts: Sequence[int]) -> list[list[Why]]:
    """The same for several moments; what is taken is read once for all of them."""
    known = catalogue()
    low, high = _limits(asked, known)
    inside = [start for start in starts if low <= start < high]
    read = _taken(asked, known, min(inside), max(inside) + 1) if len(inside) > 1 else None
    found = []
    for start in starts:
        if low <= start < high:
            found.append(explain(question_for(asked, known, start, start + 1, read), start))
        else:
            found.append([Why(Reason.TOO_SOON if start < low else Reason.TOO_FAR)])
    return found


def _taken(asked: Asked, known: Catalogue, start: int, end: int) -> Taken:
    """What is taken around all visits that begin in there."""
    kinds = {kind for one in asked.wishes for kind in one.needs}
    resources = [*(one.pk for one in people_for(asked, known)), *(thing.pk for thing in known.things_of(kinds))]
    return taken(resources, *window(asked, known, start, end), but=asked.but)


def question_for(asked: Asked, known: Catalogue, start: int, end: int, read: Taken | None = None) -> Question:
    """What availability is asked: visits that begin between two moments. `read` for whoever holds the locks."""
    people, kinds = people_for(asked, known), {kind for one in asked.wishes for kind in one.needs}
    things = known.things_of(kinds)
    # Nothing is looked for where nothing may be.
    least, most = _limits(asked, known)
    start = min(max(start, least), most)
    end = max(min(end, most), start)
    low, high = window(asked, known, start, end)
    read = read or taken([*(one.pk for one in people), *(thing.pk for thing in things)], low, high, but=asked.but)
    earliest, latest = bounds((one.service for one in asked.wishes), asked.rules, known)
    return Question(
        asked.wishes,
        [person_for(one, asked.rules, known, read, (low, high)) for one in people],
        [Thing(thing.pk, thing.kind, read.busy.get(thing.pk, ()), read.off.get(thing.pk, ())) for thing in things],
        known.zone,
        start,
        end,
        0 if asked.rules.is_override else known.grid_minutes,
        earliest,
        latest,
    )


def people_for(asked: Asked, known: Catalogue) -> list[KnownPerson]:
    """Those who might do any of it."""
    named = {pk for one in asked.wishes for pk in one.people}
    services = [one.service for one in asked.wishes if not one.people]
    return [
        person
        for person in known.people.values()
        if not person.is_archived
        and (person.pk in named or any(service in person.shapes for service in services))
        and (person.is_online or not asked.rules.for_guests)
    ]


def person_for(one: KnownPerson, rules: Rules, known: Catalogue, read: Taken, span: Span) -> Person:
    """A professional with what they do and when."""
    busy = read.busy.get(one.pk, ())
    if rules.is_override:
        return Person(one.pk, one.shapes, [EVER], busy=busy)
    works, breaks = hours_and_breaks(one, known, day_of(known.zone, span[0]), day_of(known.zone, span[1]))
    return Person(one.pk, one.shapes, works, breaks, read.off.get(one.pk, ()), busy)


def window(asked: Asked, known: Catalogue, start: int, end: int) -> Span:
    """The minutes that matter for visits beginning in there: whole days, since fairness counts a day's work."""
    length = DAY + sum(
        one.extra + max((person.shapes[one.service].minutes for person in known.people.values()
                         if one.service in person.shapes), default=known.services[one.service].shape.minutes)
        for one in asked.wishes
    )  # fmt: skip
    low, _ = span_of_day(known.zone, day_of(known.zone, start - DAY // 2))
    _, high = span_of_day(known.zone, day_of(known.zone, end + length))
    return low, high


def bounds(services: Iterable[int], rules: Rules, known: Catalogue) -> Span:
    """Not before, and before: lead time and horizon for guests; for staff not what is over."""
    now = now_minute()
    if rules.is_override or rules.may_have_begun:
        return EVER
    if not rules.for_guests:
        return now, EVER[1]
    lead = max((known.services[service].lead_minutes for service in services), default=0)
    horizon = instant(known.zone, day_of(known.zone, now) + known.horizon_days + 1, 0)
    return now + lead, horizon


def _limits(asked: Asked, known: Catalogue) -> Span:
    """Where a visit may begin at all."""
    earliest, latest = bounds((one.service for one in asked.wishes), asked.rules, known)
    now, reach = now_minute(), REACH_DAYS * DAY
    return max(earliest, now - reach), min(latest, now + reach)


def hours_and_breaks(one: KnownPerson, known: Catalogue, first: int, last: int) -> tuple[list[Span], list[Span]]:
    """Hours and breaks as instants; days with hours of their own have no breaks of the week."""
    works = working(known.zone, one.calendar, known.salon, first, last)
    breaks = [
        (instant(known.zone, day, start), instant(known.zone, day, end))
        for day in range(first - 1, last + 1)
        if one.calendar.hours(day) is one.calendar.week[(day - 1) % 7]
        for start, end in one.breaks[(day - 1) % 7]
    ]
    return works, breaks
