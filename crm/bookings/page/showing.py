"""The steps of the page as their templates need them: what there is, with whom, when, and what was chosen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.bookings import asking
from crm.bookings.availability.types import Slot
from crm.bookings.availability.wall import day_of, minute_of, moment_of
from crm.bookings.catalogue import Catalogue
from crm.bookings.models import Professional, Service
from crm.bookings.page.choice import Choice, add_ons_of, is_offered, people_for, written
from ops import clock
from portal.frame import money

# Days that are shown at once, and how far ahead they are looked for in one go.
DAYS: Final = 4
AT_ONCE: Final = 7
NOON, EVENING = 12, 18
# Visits that may begin from one day to another, both included, at most so many.
Free = Callable[[date, date, int | None], list[Slot]]


@dataclass(frozen=True, slots=True)
class Offered:
    """A service or an add-on in the list."""

    value: str
    name: str
    description: str
    minutes: int
    price: str
    is_chosen: bool
    add_ons: "tuple[Offered, ...]" = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to choose; with what of the visit they do not do."""

    name: str
    title: str
    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Time:
    """A free time: what its button says, and where it leads."""

    label: str
    value: str
    at: datetime
    query: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Morning, afternoon or evening."""

    name: str
    times: list[Time]


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its free times."""

    date: date
    name: str
    parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Days:
    """The days shown, and the way to others."""

    days: list[Day]
    first: date
    last: date
    # The day that somebody asked for, if it has no free time.
    none_on: date | None = None
    earlier: date | None = None
    later: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One service of the visit."""

    service: str
    add_ons: tuple[str, ...]
    person: str
    at: datetime | None
    minutes: int
    price: str


def headings(choice: Choice) -> list[tuple[str, list[Offered]]]:
    """All that may be booked, under the salon's headings, in its order."""
    known = choice.known
    rows = {row.pk: row for row in Service.objects.filter(archived_at=None, is_online=True).select_related("category")}
    found: dict[tuple[int, int, str], list[Offered]] = {}
    for pk, service in known.services.items():
        row = rows.get(pk)
        if row is None or not is_offered(service, known):
            continue
        heading = row.category if row.category and row.category.archived_at is None else None
        # Without a heading at the end.
        place = (heading.order, heading.pk, heading.name) if heading else (1 << 20, 0, "")
        add_ons = tuple(
            _offered(rows[one.pk], f"{service.public_id}.{one.public_id}", one.pk in choice.add_ons.get(pk, ()), known)
            for one in add_ons_of(service, known)
            if one.pk in rows
        )
        own = _offered(row, str(service.public_id), pk in choice.services, known, add_ons)
        found.setdefault(place, []).append(own)
    return [(name, rows) for (_order, _pk, name), rows in sorted(found.items(), key=lambda one: one[0])]


def _offered(row: Service, value: str, is_chosen: bool, known: Catalogue, add_ons: tuple[Offered, ...] = ()) -> Offered:
    prices = {
        person.prices[row.pk]
        for person in known.people.values()
        if row.pk in person.prices and person.is_online and not person.is_archived
    } or {row.price_minor}
    price = money.shown(min(prices), row.currency) if min(prices) or not add_ons else ""
    if row.is_price_from or len(prices) > 1:
        price = _("from %(price)s") % {"price": price}
    if not max(prices):
        price = ""
    return Offered(value, row.name, row.description, row.minutes, price, is_chosen, add_ons)


def people(choice: Choice) -> list[Person]:
    """Whom one may choose, anyone first."""
    them = people_for(choice.services, choice.known)
    titles = dict(Professional.objects.filter(pk__in=[one.pk for one in them]).values_list("pk", "title"))
    anyone = Person(_("Anyone"), "", choice.but(person=None, at=None).query, choice.person is None)
    return [
        anyone,
        *(
            Person(
                one.name, _title(titles.get(one.pk, ""), choice, one.pk),
                choice.but(person=one.pk, at=None).query, one.pk == choice.person,
            )
            for one in them
        ),
    ]  # fmt: skip


def _title(title: str, choice: Choice, person: int) -> str:
    does = choice.known.people[person].shapes
    missing = [choice.known.services[pk].name for pk in choice.services if pk not in does]
    if missing:
        return _("does not do: %(services)s") % {"services": ", ".join(missing)}
    return title


def free_for(choice: Choice) -> Free:
    """The free times of a new visit."""
    asked = choice.asked()
    return lambda first, last, most: asking.slots(asked, first, last, most=most)


def days(free: Free, known: Catalogue, wanted: date | None, query: Callable[[int], str]) -> Days:
    """The first days with free times from the wanted one on; `query` is where a time leads."""
    today = date.fromordinal(day_of(known.zone, minute_of(clock.now())))
    last = today + timedelta(days=known.horizon_days)
    first = min(max(wanted or today, today), last)
    found = free(first, min(first + timedelta(days=AT_ONCE - 1), last), None)
    if not found and first + timedelta(days=AT_ONCE) <= last:
        ahead = free(first + timedelta(days=AT_ONCE), last, 1)
        if ahead:
            begin = _date(ahead[0].starts)
            found = free(begin, min(begin + timedelta(days=AT_ONCE - 1), last), None)
    by_day: dict[date, list[Slot]] = {}
    for slot in found:
        by_day.setdefault(_date(slot.starts), []).append(slot)
    shown = sorted(by_day)[:DAYS]
    later = shown[-1] + timedelta(days=1) if shown and shown[-1] < last else None
    return Days(
        [_day(one, by_day[one], today, query) for one in shown],
        today,
        last,
        wanted if wanted and wanted not in by_day else None,
        max(first - timedelta(days=DAYS), today) if first > today else None,
        later,
    )


def _day(day: date, slots: Sequence[Slot], today: date, query: Callable[[int], str]) -> Day:
    parts: dict[str, list[Time]] = {}
    labels = labels_of([slot.starts for slot in slots])
    for slot in slots:
        local = timezone.localtime(moment_of(slot.starts))
        name = _("Morning") if local.hour < NOON else _("Afternoon") if local.hour < EVENING else _("Evening")
        parts.setdefault(name, []).append(
            Time(labels[slot.starts], written(slot.starts), moment_of(slot.starts), query(slot.starts))
        )
    name = _("Today") if day == today else _("Tomorrow") if day == today + timedelta(days=1) else ""
    return Day(day, name, [Part(name, times) for name, times in parts.items()])


def labels_of(minutes: Sequence[int]) -> dict[int, str]:
    """14:30; with its offset where the clock of that day shows it twice."""
    local = {minute: timezone.localtime(moment_of(minute)) for minute in minutes}
    walls = [f"{one:%Y-%m-%d %H:%M}" for one in local.values()]
    twice = {wall for wall in walls if walls.count(wall) > 1} if len(set(walls)) < len(walls) else set()
    return {
        minute: f"{one:%H:%M}" + (f" (UTC{one:%z})" if f"{one:%Y-%m-%d %H:%M}" in twice else "")
        for minute, one in local.items()
    }


def nearest(slots: Sequence[Slot]) -> list[Time]:
    """Times of different days, as buttons beside each other."""
    labels = labels_of([slot.starts for slot in slots])
    return [Time(labels[slot.starts], written(slot.starts), moment_of(slot.starts)) for slot in slots]


def moment(minute: int) -> datetime:
    """The same as a moment, on the salon's clock."""
    return timezone.localtime(moment_of(minute))


def lines(choice: Choice, slot: Slot | None) -> list[Line]:
    """The visit as it would be; without a slot its services alone."""
    known, found = choice.known, []
    for place, pk in enumerate(choice.services):
        service, extra = known.services[pk], [known.services[one] for one in choice.add_ons.get(pk, ())]
        who = choice.who(pk)
        placed = slot.items[place] if slot else None
        # Of "anyone" it is not known before it is held who it will be, and so not always for how much.
        does = who or (placed.person if placed else None)
        amount = known.people[does].prices[pk] if does else service.price_minor
        amount += sum(one.price_minor for one in extra)
        shape = known.people[who].shapes[pk] if who else service.shape
        found.append(
            Line(
                service.name,
                tuple(one.name for one in extra),
                known.people[who].name if who else "",
                moment_of(placed.starts) if placed else None,
                shape.minutes + sum(one.shape.minutes for one in extra),
                money.shown(amount, service.currency) if amount else "",
            )
        )
    return found


def total(choice: Choice, slot: Slot | None) -> str:
    """What all of it costs by the list."""
    known, amount = choice.known, 0
    for place, pk in enumerate(choice.services):
        who = choice.who(pk) or (slot.items[place].person if slot else None)
        amount += known.people[who].prices[pk] if who else known.services[pk].price_minor
        amount += sum(known.services[one].price_minor for one in choice.add_ons.get(pk, ()))
    return money.shown(amount, known.stamp.currency) if amount else ""


def _date(minute: int) -> date:
    return timezone.localtime(moment_of(minute)).date()
