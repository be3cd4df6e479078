"""Finding a place for a visit under the locks of all it might take, so that two never get the same.

Each resource has an advisory lock; whoever wants to write allocations takes the locks of all resources that may be
concerned, in one order, before anything else is locked. Under them what is taken is read anew, holds that are over are
released, and the visit is placed by the same function that offers slots. The exclusion constraint is the proof; with
the locks it is never met, and without them concurrent tries would deadlock on it (docs/adr/0026).
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import psycopg
from django.db import IntegrityError, OperationalError, connection, transaction

from crm.bookings.actions.writing import release_over
from crm.bookings.asking import Asked, Rules, bounds, nearest, person_for
from crm.bookings.availability.explain import explain
from crm.bookings.availability.search import find
from crm.bookings.availability.types import DAY, Person, Question, Shape, Slot, Span, Thing, Why, Wish
from crm.bookings.catalogue import Catalogue, catalogue, known_lately
from crm.bookings.reading import Taken, now_minute, taken
from ops.salon import current_salon_id

TRIES = 6
_AGAIN = ("40P01", "40001", "55P03")
T = TypeVar("T")


class SlotTaken(Exception):
    """The visit has no place there; `why` says what stands against it, `free` are the nearest slots."""

    def __init__(self, why: Sequence[Why] = (), position: int = 0) -> None:
        super().__init__(", ".join(sorted({str(one.reason) for one in why})) or "busy")
        self.why = tuple(why)
        # Which service of the visit it was.
        self.position = position
        self._look: Callable[[], list[Slot]] = list

    @cached_property
    def free(self) -> list[Slot]:
        """The nearest slots, looked for by whoever shows them: inside the salon."""
        return self._look()

    def instead(self, asked: Callable[[], Asked], around: int) -> "SlotTaken":
        """What would have been wanted, and when."""
        self._look = lambda: nearest(asked(), around)
        return self


class Changed(Exception):
    """Something has changed between the look and the locks: once more (`in_turn`)."""


@dataclass(frozen=True, slots=True)
class Way:
    """How one professional does a service: its segments with the add-ons, and what it costs."""

    segments: tuple[dict[str, Any], ...]
    shape: Shape
    price_minor: int


@dataclass(frozen=True, slots=True)
class Line:
    """One service of a visit that wants a place."""

    service: int
    # Who may do it, and how.
    ways: Mapping[int, Way]
    needs: tuple[str, ...] = ()
    add_ons: tuple[dict[str, Any], ...] = ()
    is_anyone: bool = False
    # When it begins; None: when the one before it ends.
    starts: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A service in its place."""

    line: Line
    person: int
    starts: int
    way: Way
    # (resource, from, until): all that it keeps busy.
    stretches: tuple[tuple[int, int, int], ...]

    @property
    def ends(self) -> int:
        """When the guest is done with it."""
        return self.starts + self.way.shape.minutes


def in_turn(work: Callable[[], T]) -> T:
    """Do it in a transaction (within an open one: to its savepoint), once more where somebody was in the way."""
    for tried in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return work()
        except Changed:
            if tried == TRIES:
                raise SlotTaken from None
        except OperationalError as error:
            if tried == TRIES or getattr(error.__cause__, "sqlstate", None) not in _AGAIN:
                raise
        except IntegrityError as error:
            if not isinstance(error.__cause__, psycopg.errors.ExclusionViolation):
                raise
            if tried == TRIES:
                raise SlotTaken from error
    raise SlotTaken


def lock(resources: Iterable[int]) -> None:
    """Wait for these resources, all at once and in one order; until the end of the transaction."""
    salon_id = current_salon_id() or 0
    keys = sorted({_key(salon_id, pk) for pk in resources})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) AS k", [keys])


def place(
    build: Callable[[Catalogue], Sequence[Line]], rules: Rules, *, but: int | None = None, also: Iterable[int] = ()
) -> tuple[Catalogue, list[Plan]]:
    """Where each service goes, with the locks of all resources held. Inside `in_turn`.

    `also` are resources whose rows will be changed besides. Raises SlotTaken, and what `build` raises.
    """
    known = known_lately()
    try:
        lines = build(known)
    except (ValueError, LookupError):
        # It may be in order by now.
        known = catalogue()
        lines = build(known)
    resources = _resources(lines, known) | set(also)
    lock(resources)
    low, high = _window(lines, known)
    read = taken(sorted(resources), low, high, but=but)
    if read.stamp != known.stamp:
        known = catalogue(read.stamp)
        lines = build(known)
        if not _resources(lines, known) <= resources:
            raise Changed
    if read.over:
        release_over(read.over)
    return known, Placing(known, read, rules, (low, high)).all(lines)


class Placing:
    """Placing the services of one visit, chain by chain: those that follow each other without a gap."""

    def __init__(self, known: Catalogue, read: Taken, rules: Rules, span: Span) -> None:
        self.known, self.read, self.rules, self.span = known, read, rules, span

    def all(self, lines: Sequence[Line]) -> list[Plan]:
        """The plans in order. Raises SlotTaken."""
        plans: list[Plan] = []
        for chain in _chains(lines):
            start = chain[0].starts
            if start is None:
                start = plans[-1].ends if plans else now_minute()
            made = self._chain(chain, start, len(plans))
            for plan in made:
                for resource, begins, ends in plan.stretches:
                    self.read.busy.setdefault(resource, []).append((begins, ends))
            plans += made
        return plans

    def _chain(self, chain: Sequence[Line], start: int, position: int) -> list[Plan]:
        wishes = tuple(
            Wish(place, tuple(line.ways), needs=line.needs) for place, line in enumerate(chain)
        )  # the place in the chain stands for the service: an item may be as it was booked, not as it is offered now
        earliest, latest = bounds((line.service for line in chain), self.rules, self.known)
        question = Question(
            wishes, self._people(chain), self._things(chain), self.known.zone, start, start + 1,
            self.known.grid_minutes if self.rules.for_guests else 0, earliest, latest,
        )  # fmt: skip
        found = find(question, most=1)
        if not found:
            why = explain(question, start)
            named = [
                replace(one, service=chain[one.service].service if one.service is not None else None) for one in why
            ]
            raise SlotTaken(named, position + next((one.service for one in why if one.service is not None), 0))
        return [self._plan(line, found[0], place) for place, line in enumerate(chain)]

    def _plan(self, line: Line, slot: Slot, place: int) -> Plan:
        item = slot.items[place]
        way = line.ways[item.person]
        stretches = [
            (item.person, *span)
            for span in way.shape.stretches(item.starts, follows=item.follows, goes_on=item.goes_on)
        ]
        before = way.shape.before if place == 0 else 0
        after = way.shape.after if place == len(slot.items) - 1 else 0
        stretches += [(thing, item.starts - before, item.ends + after) for thing in item.things]
        return Plan(line, item.person, item.starts, way, tuple(stretches))

    def _people(self, chain: Sequence[Line]) -> list[Person]:
        keys = dict.fromkeys(key for line in chain for key in line.ways)
        return [
            replace(
                person_for(self.known.people[key], self.rules, self.known, self.read, self.span),
                shapes={place: line.ways[key].shape for place, line in enumerate(chain) if key in line.ways},
            )
            for key in keys
        ]

    def _things(self, chain: Sequence[Line]) -> list[Thing]:
        things = self.known.things_of(kind for line in chain for kind in line.needs)
        off = {} if self.rules.is_override else self.read.off
        return [
            Thing(thing.pk, thing.kind, self.read.busy.get(thing.pk, ()), off.get(thing.pk, ())) for thing in things
        ]


def _chains(lines: Sequence[Line]) -> list[list[Line]]:
    chains: list[list[Line]] = []
    ends: int | None = None
    for line in lines:
        if chains and (line.starts is None or line.starts == ends):
            chains[-1].append(line)
        else:
            chains.append([line])
            ends = line.starts
        # Only where it takes the same with everybody it is known when it ends.
        lengths = {way.shape.minutes for way in line.ways.values()}
        ends = ends + lengths.pop() if ends is not None and len(lengths) == 1 else None
    return chains


def _resources(lines: Sequence[Line], known: Catalogue) -> set[int]:
    found = {pk for line in lines for pk in line.ways}
    return found | {thing.pk for thing in known.things_of(kind for line in lines for kind in line.needs)}


def _window(lines: Sequence[Line], known: Catalogue) -> tuple[int, int]:
    """Two days around it: fairness counts the work of a whole day."""
    starts = [line.starts for line in lines if line.starts is not None] or [now_minute()]
    length = sum(max((way.shape.minutes + way.shape.after for way in line.ways.values()), default=0) for line in lines)
    return min(starts) - 2 * DAY, max(starts) + length + 2 * DAY


def _key(salon_id: int, resource: int) -> int:
    digest = hashlib.blake2b(f"chair:{salon_id}:{resource}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
