"""A stretch of time that became free, and whose: the subject of a timer, and the name by which each guest is offered
it once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.bookings.availability.wall import minute_of
from crm.bookings.catalogue import Catalogue

# A timer's subject and a column hold as much.
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Place:
    """From one minute to another; of these professionals, or (none named) wherever there is room."""

    start: int
    end: int
    people: frozenset[int] = frozenset()

    def __str__(self) -> str:
        whole = f"{self.start}-{self.end}-{'.'.join(map(str, sorted(self.people)))}"
        return whole if len(whole) <= LONGEST else f"{self.start}-{self.end}-"


def read(text: str) -> Place:
    """The place of a timer or an offer. Raises ValueError."""
    start, end, people = text.split("-")
    return Place(int(start), int(end), frozenset(int(one) for one in people.split(".") if one))


def of_items(items: Iterable[Mapping[str, Any]], known: Catalogue) -> Place | None:
    """Where the services of a visit stood, as its events tell."""
    refs = {str(person.public_id): pk for pk, person in known.people.items()}
    found = [(_minute(one["starts_at"]), _minute(one["ends_at"]), refs.get(one["professional_ref"])) for one in items]
    if not found:
        return None
    people = frozenset(pk for _start, _end, pk in found if pk is not None)
    return Place(min(one[0] for one in found), max(one[1] for one in found), people)


def of_time(payload: Mapping[str, Any], known: Catalogue) -> Place:
    """Where somebody was blocked or off."""
    resource = int(payload["resource"])
    people = frozenset({resource}) if resource in known.people else frozenset[int]()
    return Place(_minute(payload["starts_at"]), _minute(payload["ends_at"]), people)


def _minute(text: str) -> int:
    return minute_of(datetime.fromisoformat(text))
