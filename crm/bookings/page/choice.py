"""What a visitor has chosen so far. It stands in the address (and in the forms), so that the back button, a reload and
a link sent to a friend do what one expects, and nothing has to be kept for who only looks."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import QueryDict

from crm.bookings.actions.booking import MOST_ITEMS, ItemWanted
from crm.bookings.asking import GUEST, Asked, wish
from crm.bookings.availability.wall import minute_of, moment_of
from crm.bookings.catalogue import Catalogue, KnownPerson, KnownService, catalogue

ANYONE: Final = "any"
MOST_ADD_ONS: Final = 30
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
# Whoever writes another year into the address means nothing by it.
_YEARS: Final = range(1971, 9000)


@dataclass(frozen=True, slots=True)
class Choice:
    """Services with their add-ons, with whom, when; and how the page is shown."""

    known: Catalogue
    services: tuple[int, ...] = ()
    # By service.
    add_ons: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    # None: anyone.
    person: int | None = None
    day: date | None = None
    # The minute the visit begins.
    at: int | None = None
    # The language, where the visitor chose one.
    language: str = ""
    is_embedded: bool = False
    # Something in the address is not offered (any more).
    has_dropped: bool = False

    @property
    def look(self) -> list[tuple[str, str]]:
        """How the page is shown, as it is carried from page to page."""
        return look_of(self.language, is_embedded=self.is_embedded)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """All of it as names and values."""
        known, found = self.known, list[tuple[str, str]]()
        for pk in self.services:
            own = str(known.services[pk].public_id)
            found.append(("s", own))
            found += [("a", f"{own}.{known.services[one].public_id}") for one in self.add_ons.get(pk, ())]
        if self.person is not None:
            found.append(("p", str(known.people[self.person].public_id)))
        if self.day is not None:
            found.append(("day", self.day.isoformat()))
        if self.at is not None:
            found.append(("at", written(self.at)))
        return [*found, *self.look]

    @property
    def query(self) -> str:
        """The same for an address."""
        return urlencode(self.pairs)

    def but(self, **values: object) -> "Choice":
        """The same with other values."""
        return replace(self, **values)  # type: ignore[arg-type]

    def who(self, service: int) -> int | None:
        """With whom a service is: who was chosen, if they do it."""
        person = self.known.people.get(self.person or 0)
        return person.pk if person and service in person.shapes else None

    def asked(self) -> Asked:
        """As availability is asked."""
        wishes = []
        for pk in self.services:
            who = self.who(pk)
            wishes.append(wish(self.known, pk, () if who is None else (who,), self.add_ons.get(pk, ())))
        return Asked(tuple(wishes), GUEST)

    def items(self) -> list[ItemWanted]:
        """As it is booked; one service follows the other."""
        begins = None if self.at is None else moment_of(self.at)
        return [
            ItemWanted(pk, self.who(pk), begins if place == 0 else None, self.add_ons.get(pk, ()))
            for place, pk in enumerate(self.services)
        ]


def look_of(language: str, *, is_embedded: bool) -> list[tuple[str, str]]:
    """How a page is shown, as it stands in addresses and forms."""
    return [*([("lang", language)] if language else []), *([("embed", "1")] if is_embedded else [])]


def language_in(data: QueryDict) -> str:
    """The language that somebody chose; empty for none of ours."""
    wanted = data.get("lang", "")
    return wanted if wanted in dict(settings.LANGUAGES) else ""


def read(data: QueryDict) -> Choice:
    """What the address or a form says; what is unknown or not offered to guests is left out."""
    known = catalogue()
    by_id = {str(row.public_id): row for row in known.services.values() if is_offered(row, known)}
    wanted = _uuids(data.getlist("s"))
    services = [by_id[one].pk for one in wanted if one in by_id][:MOST_ITEMS]
    add_ons: dict[int, tuple[int, ...]] = {}
    asked_for = list(dict.fromkeys(data.getlist("a")))[:MOST_ADD_ONS]
    for text in asked_for:
        own, _, extra = text.partition(".")
        service = by_id.get(own.lower())
        found = next((one for one in add_ons_of(service, known) if str(one.public_id) == extra.lower()), None)
        if service is None or found is None or service.pk not in services:
            continue
        if found.pk not in (chosen := add_ons.get(service.pk, ())):
            add_ons[service.pk] = (*chosen, found.pk)
    people = {str(one.public_id): one.pk for one in people_for(services, known)}
    person = data.get("p", "").lower()
    return Choice(
        known,
        tuple(services),
        add_ons,
        people.get(person),
        _day(data.get("day", "")),
        _minute(data.get("at", "")),
        language_in(data),
        data.get("embed") == "1",
        len(services) < len(wanted) or bool(person not in ("", ANYONE) and services and person not in people),
    )


def is_offered(service: KnownService, known: Catalogue) -> bool:
    """Whether guests may book it by themselves: somebody who takes such bookings does it."""
    if service.is_archived or service.is_add_on or not service.is_online:
        return False
    return any(service.pk in one.shapes for one in known.people.values() if _takes_guests(one))


def add_ons_of(service: KnownService | None, known: Catalogue) -> list[KnownService]:
    """What guests may add to it."""
    rows = [known.services.get(pk) for pk in service.add_on_ids] if service else []
    return [row for row in rows if row and row.is_add_on and row.is_online and not row.is_archived]


def people_for(services: Iterable[int], known: Catalogue) -> list[KnownPerson]:
    """Those who do any of these for guests of the page."""
    wanted = set(services)
    return [one for one in known.people.values() if _takes_guests(one) and not wanted.isdisjoint(one.shapes)]


def written(minute: int) -> str:
    """A minute as it stands in an address: an instant, since a wall clock may come twice."""
    return f"{moment_of(minute):%Y-%m-%dT%H:%MZ}"


def _takes_guests(one: KnownPerson) -> bool:
    return one.is_online and not one.is_archived


def _uuids(texts: Iterable[str]) -> list[str]:
    found = []
    for text in list(texts)[:50]:
        try:
            found.append(str(UUID(text)))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return day if day and day.year in _YEARS else None


def _minute(text: str) -> int | None:
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC) if _MOMENT.fullmatch(text) else None
    except ValueError:
        return None
    return minute_of(moment) if moment and moment.year in _YEARS else None
