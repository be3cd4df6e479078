"""A visit that somebody is about to book: what stands in the form, and what it means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.bookings import asking
from crm.bookings.actions.booking import MOST_ITEMS, ItemWanted
from crm.bookings.actions.series import MOST, Every, WrongRule, moments
from crm.bookings.asking import STAFF, Asked
from crm.bookings.availability.types import Reason
from crm.bookings.availability.wall import minute_of
from crm.bookings.calendar import when, words
from crm.bookings.calendar.rights import Viewer
from crm.bookings.catalogue import Catalogue, KnownPerson, KnownService

MOST_SLOTS = 60


@dataclass
class Line:
    """One service of it, by public ids as the form sends them."""

    service: str = ""
    who: str = ""
    add_ons: list[str] = field(default_factory=list)


@dataclass
class Draft:
    """The form's fields as they came; nothing of it is believed yet."""

    lines: list[Line]
    day: str = ""
    time: str = ""
    exact: str = ""
    every: str = ""
    unit: str = "weeks"
    count: str = ""
    but: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, data: QueryDict) -> "Draft":
        """From a form, or from the address that opened it (`start`, `professional`)."""
        start = _plain(data, "start")
        many = _plain(data, "lines")
        count = min(int(many), MOST_ITEMS) if many.isascii() and many.isdigit() and len(many) < 4 else 1
        lines = [
            Line(_plain(data, f"service-{n}"), _plain(data, f"who-{n}"), data.getlist(f"addon-{n}")[:20])
            for n in range(max(count, 1))
        ]
        if not many:
            lines[0].who = _plain(data, "professional")
        return cls(
            lines,
            _plain(data, "day") or start[:10],
            _plain(data, "time") or start[11:16],
            _plain(data, "exact"),
            _plain(data, "every"),
            _plain(data, "unit") or "weeks",
            _plain(data, "count"),
            [one[:10] for one in data.getlist("but")[:MOST]],
        )

    def services(self, known: Catalogue) -> list[tuple[Line, KnownService]]:
        """The lines whose service is known and offered."""
        by_ref = {str(one.public_id): one for one in known.services.values() if not one.is_archived}
        return [(line, by_ref[line.service]) for line in self.lines if line.service in by_ref]

    def items(self, known: Catalogue, viewer: Viewer, starts_at: datetime) -> list[ItemWanted]:
        """The services in their order, the first at that moment and each other behind the one before.

        Raises WrongWhen where none is chosen."""
        chosen = self.services(known)
        if not chosen or len(chosen) < len([line for line in self.lines if line.service]):
            raise when.WrongWhen(_("Choose a service."))
        viewer.check({self.person(line, known, viewer) for line, _service in chosen})
        among = viewer.booked.anyone()
        return [
            ItemWanted(
                service.pk,
                self.person(line, known, viewer),
                starts_at if place == 0 else None,
                tuple(pk for pk in service.add_on_ids if str(known.services[pk].public_id) in line.add_ons),
                among,
            )
            for place, (line, service) in enumerate(chosen)
        ]

    @staticmethod
    def person(line: Line, known: Catalogue, viewer: Viewer) -> int | None:
        """With whom; None is anyone, and for who has one column only that one."""
        for pk, one in known.people.items():
            if str(one.public_id) == line.who:
                viewer.check({pk})
                return pk
        if line.who:
            raise when.WrongWhen(_("This professional takes no bookings any more."))
        some = viewer.booked.only
        own = None if some is None else min(viewer.own & some or some, default=None)
        viewer.check({own})
        return own

    def start(self, known: Catalogue) -> datetime:
        """When it begins. Raises WrongWhen."""
        return when.read_moment(when.chosen(self.exact, when.joined(self.day, self.time)), known.zone)

    def asked(self, known: Catalogue, viewer: Viewer) -> Asked | None:
        """The same as a question; None while nothing is chosen."""
        wishes, among = [], viewer.booked.anyone()
        for line, service in self.services(known):
            person = self.person(line, known, viewer)
            extra = [pk for pk in service.add_on_ids if str(known.services[pk].public_id) in line.add_ons]
            wishes.append(asking.wish(known, service.pk, asking.people_of(person, among), extra))
        return Asked(tuple(wishes), STAFF) if wishes else None

    def rule(self) -> Every | None:
        """How often it is repeated; None: once. Raises WrongRule."""
        if not self.every:
            return None
        numbers = {"every": self.every, "count": self.count}
        for name, text in numbers.items():
            if not (text.isascii() and text.isdigit() and len(text) < 5):
                raise WrongRule(name, "")
        left_out = tuple(day for text in self.but if (day := when.read_day(text)))
        return Every(int(self.every), self.unit, int(self.count), left_out)


@dataclass(frozen=True)
class Look:
    """What the form says of a time that is chosen, and of those that would do."""

    free: Sequence[words.FreeSlot] = ()
    why: str = ""
    is_free: bool = False
    choices: Sequence[tuple[str, str]] = ()
    # Of a series: (day, in words, why it has no place), and whether it is left out.
    dates: Sequence[Mapping[str, Any]] = ()
    problem: str = ""


def look(draft: Draft, known: Catalogue, viewer: Viewer) -> Look:
    """Whether the visit may begin then, why not, and when else on that day."""
    try:
        asked = draft.asked(known, viewer)
    except when.WrongWhen as wrong:
        return Look(problem=wrong.words)
    day = when.read_day(draft.day)
    if asked is None or day is None:
        return Look()
    found = asking.slots(asked, day, day, most=MOST_SLOTS)
    free = words.free_slots(found, known)
    try:
        start = draft.start(known)
    except when.WrongWhen as wrong:
        choices = [
            (one.isoformat(timespec="minutes"), f"{one:%H:%M} ({when.offset_words(one)})") for one in wrong.choices
        ]
        return Look(free, problem=wrong.words if draft.time else "", choices=choices)
    # Staff may begin at any minute; the grid is for what is offered.
    why = [one for one in asking.why_not(asked, minute_of(start)) if one.reason != Reason.OFF_GRID]
    if why and not free:
        free = words.free_slots(asking.nearest(asked, minute_of(start)), known)
    said = words.why_words(why, known) if why else ""
    return Look(free, said, not why, dates=_dates(draft, asked, start, known))


def _dates(draft: Draft, asked: Asked, start: datetime, known: Catalogue) -> list[dict[str, Any]]:
    """Each visit of the series with whether it has a place."""
    try:
        rule = draft.rule()
        if rule is None:
            return []
        every = moments(start, Every(rule.every, rule.unit, rule.count))
    except (WrongRule, OverflowError):
        return []
    found = []
    reasons = asking.why_none(asked, [minute_of(moment) for moment in every])
    for moment, said in zip(every, reasons, strict=True):
        why = [one for one in said if one.reason != Reason.OFF_GRID]
        day = moment.astimezone(known.zone).date()
        found.append(
            {
                "day": day.isoformat(),
                "words": when.said(moment, known.zone),
                "why": words.why_words(why, known) if why else "",
                "is_out": day in rule.but,
            }
        )
    return found


def choices(draft: Draft, known: Catalogue, viewer: Viewer, headings: Mapping[int, str]) -> list[dict[str, Any]]:
    """For each line what may be chosen: services below their headings, who does it, its add-ons."""
    offered = [one for one in known.services.values() if not one.is_archived and not one.is_add_on]
    groups: dict[str, list[tuple[str, str]]] = {}
    for service in offered:
        groups.setdefault(headings.get(service.pk, ""), []).append((str(service.public_id), service.name))
    by_ref = {str(one.public_id): one for one in offered}
    return [
        {
            "number": number,
            "service": line.service,
            "who": line.who,
            "groups": list(groups.items()),
            "people": _people(by_ref.get(line.service), known, viewer),
            "add_ons": [
                (str(known.services[pk].public_id), known.services[pk].name,
                 str(known.services[pk].public_id) in line.add_ons)
                for pk in by_ref[line.service].add_on_ids
                if pk in known.services and not known.services[pk].is_archived
            ] if line.service in by_ref else [],
        }
        for number, line in enumerate(draft.lines)
    ]  # fmt: skip


def _people(service: KnownService | None, known: Catalogue, viewer: Viewer) -> list[tuple[str, str]]:
    def may(one: KnownPerson) -> bool:
        mine = viewer.booked.reach(one.pk)
        return not one.is_archived and mine and (service is None or service.pk in one.shapes)

    return [(str(one.public_id), one.name) for one in known.people.values() if may(one)]


def _plain(data: QueryDict, name: str, most: int = 60) -> str:
    return data.get(name, "").replace("\x00", "").strip()[:most]


def is_id(text: str) -> UUID | None:
    """A public id; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None
