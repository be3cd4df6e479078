"""Finding the slots: for each service and professional the minutes at which it could begin, joined from the last
service back to the first, all minutes of the window at once."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from crm.bookings.availability.bits import Frame
from crm.bookings.availability.types import Person, Placed, Question, Shape, Slot, Span, Thing, Wish
from crm.bookings.availability.wall import day_of, pieces, span_of_day

# A service in a chain: who, how, when, and whether they did the one before and do the next.
Step = tuple[int, Shape, int, bool, bool]
# So many are tried for one start, and for a whole question; what was not found by then counts as not free.
MOST_STEPS, MOST_STEPS_IN_ALL = 2_000, 200_000


def find(question: Question, *, most: int | None = None) -> list[Slot]:
    """The slots in order of time, each with who does what; at most so many."""
    search = Search(question)
    found: list[Slot] = []
    for start in search.frame.minutes(search.starts):
        if slot := search.slot(start):
            found.append(slot)
            if most is not None and len(found) >= most:
                break
    return found


class Search:
    """One question being answered."""

    def __init__(self, question: Question) -> None:
        self.question = question
        people = {person.key: person for person in question.people}
        # For each wish who may do it, with the add-ons.
        self.choices: list[dict[int, Shape]] = [_choices(wish, people) for wish in question.wishes]
        wanted = sorted({key for choice in self.choices for key in choice})
        self.people = [people[key] for key in wanted]
        before = max((shape.before for choice in self.choices for shape in choice.values()), default=0)
        length = sum(
            max((shape.minutes + shape.after for shape in choice.values()), default=0) for choice in self.choices
        )
        self.frame = Frame(question.start - before, question.end + length)
        self.free = {person.key: self._free(person) for person in self.people}
        self.roomy = {
            thing.key: self.frame.full & ~self.frame.of((*thing.busy, *thing.off)) for thing in question.things
        }
        self._fits: dict[tuple[int, int, bool, bool], int] = {}
        self._steps = iter(range(MOST_STEPS_IN_ALL))

    @cached_property
    def starts(self) -> int:
        """The minutes at which the visit can begin."""
        first = self.table[0] if self.table else {}
        found = 0
        for (_key, follows), bits in first.items():
            if not follows:
                found |= bits
        return found & self.window

    @property
    def window(self) -> int:
        """The minutes at which a visit would be offered, whoever is free."""
        asked = self.question
        start, end = max(asked.start, asked.earliest), min(asked.end, asked.latest)
        bits = self.frame.of([(start, end)])
        if asked.grid and bits:
            bits &= self.frame.every(asked.grid, pieces(asked.zone, asked.start, asked.end))
        return bits

    @cached_property
    def table(self) -> list[dict[tuple[int, bool], int]]:
        """For each service, professional and whether they did the one before: when it can begin so that all that
        comes after it is possible too."""
        last = len(self.choices) - 1
        table: list[dict[tuple[int, bool], int]] = [{} for _ in self.choices]
        for place in range(last, -1, -1):
            after = table[place + 1] if place < last else {}
            for key, shape in self.choices[place].items():
                others = 0
                for (other, follows), bits in after.items():
                    if not follows and other != key:
                        others |= bits
                for follows in (False, True) if place else (False,):
                    if place == last:
                        bits = self.fits(place, key, follows, goes_on=False)
                    else:
                        bits = self.fits(place, key, follows, goes_on=False) & (others >> shape.minutes)
                        if own := after.get((key, True)):
                            bits |= self.fits(place, key, follows, goes_on=True) & (own >> shape.minutes)
                    if bits:
                        table[place][key, follows] = bits
        return table

    @cached_property
    def alone(self) -> dict[int, int]:
        """For each professional who does all of it: when they could."""
        found: dict[int, int] = {}
        last = len(self.choices) - 1
        for person in self.people:
            if not all(person.key in choice for choice in self.choices):
                continue
            bits, at = self.frame.full, 0
            for place, choice in enumerate(self.choices):
                bits &= self.fits(place, person.key, place > 0, goes_on=place < last) >> at
                at += choice[person.key].minutes
            if bits:
                found[person.key] = bits
        return found

    def fits(self, place: int, key: int, follows: bool, *, goes_on: bool) -> int:
        """When this service could begin with this professional, whatever the others."""
        known = self._fits.get((place, key, follows, goes_on))
        if known is None:
            shape = self.choices[place][key]
            bits = self.frame.full
            for start, end in shape.stretches(0, follows=follows, goes_on=goes_on):
                bits &= self.frame.shifted(self.frame.runs(self.free[key], end - start), start)
            known = self._fits[place, key, follows, goes_on] = bits & self.room(place, shape)
        return known

    def room(self, place: int, shape: Shape) -> int:
        """When there is one of each thing that the service takes."""
        bits = self.frame.full
        before, length = self._held(place, shape)
        for kind in self.question.wishes[place].needs:
            some = 0
            for thing in self.question.things:
                if thing.kind == kind:
                    some |= self.frame.shifted(self.frame.runs(self.roomy[thing.key], length), -before)
            bits &= some
        return bits

    def _held(self, place: int, shape: Shape) -> tuple[int, int]:
        """How long before its start a thing is taken, and how long in all. Within a visit no buffer parts its
        services: it is the same guest who sits there."""
        before = shape.before if place == 0 else 0
        after = shape.after if place == len(self.choices) - 1 else 0
        return before, before + shape.minutes + after

    def slot(self, start: int) -> Slot | None:
        """The visit that begins then: one professional for all of it if there is one, who has least to do that day."""
        bit = start - self.frame.start
        order = self._order(day_of(self.question.zone, start))
        for key in order:
            if self.alone.get(key, 0) >> bit & 1:
                return Slot(start, self._placed(start, [key] * len(self.choices)))
        chosen = next(self._chains(start, order), None)
        return None if chosen is None else Slot(start, self._placed(start, chosen))

    def _chains(self, start: int, order: Sequence[int]) -> Iterator[list[int]]:
        """Who could do the services in turn; a professional who comes back keeps their buffers in between."""
        last, steps = len(self.choices) - 1, iter(range(MOST_STEPS))

        def go(place: int, at: int, chosen: list[int], taken: list[Step], stays: bool) -> Iterator[list[int]]:
            if place > last:
                yield chosen
                return
            if next(steps, None) is None or next(self._steps, None) is None:
                return
            before = chosen[-1] if chosen else None
            ways, bit = self.table[place], at - self.frame.start
            # Whoever goes on does the next, and nobody else; only then the buffer was left out rightly.
            for key in (before,) if stays and before is not None else [one for one in order if one != before]:
                follows = key == before
                if not ways.get((key, follows), 0) >> bit & 1:
                    continue
                shape = self.choices[place][key]
                for goes_on in (False,) if place == last else (True, False):
                    if not self.fits(place, key, follows, goes_on=goes_on) >> bit & 1:
                        continue
                    mine = (key, shape, at, follows, goes_on)
                    if key in chosen[:-1] and _collide(mine, taken):
                        continue
                    yield from go(place + 1, at + shape.minutes, [*chosen, key], [*taken, mine], goes_on)

        yield from go(0, start, [], [], False)

    def _order(self, day: int) -> list[int]:
        """Who is asked first on a day: those with the least to do; among equals another one each day."""
        if day not in self._orders:
            span = span_of_day(self.question.zone, day)
            load = {person.key: _overlap(person.busy, span) for person in self.people}
            count = len(self.people)
            turn = {person.key: (place + day) % count for place, person in enumerate(self.people)}
            self._orders[day] = sorted(load, key=lambda key: (load[key], turn[key]))
        return self._orders[day]

    @cached_property
    def _orders(self) -> dict[int, list[int]]:
        return {}

    def _placed(self, start: int, chosen: Sequence[int]) -> tuple[Placed, ...]:
        placed: list[Placed] = []
        had: list[int] = []
        at, last = start, len(chosen) - 1
        for place, key in enumerate(chosen):
            shape, wish = self.choices[place][key], self.question.wishes[place]
            things = tuple(self._thing(kind, place, shape, at, had) for kind in wish.needs)
            had.extend(things)
            placed.append(
                Placed(
                    wish.service,
                    key,
                    at,
                    at + shape.minutes,
                    things,
                    follows=place > 0 and chosen[place - 1] == key,
                    goes_on=place < last and chosen[place + 1] == key,
                )
            )
            at += shape.minutes
        return tuple(placed)

    def _thing(self, kind: str, place: int, shape: Shape, at: int, had: Sequence[int]) -> int:
        """The one the guest has already, or the first that is free."""
        before, length = self._held(place, shape)
        mask = ((1 << length) - 1) << (at - before - self.frame.start)
        fitting = [thing for thing in self._of_kind(kind) if self.roomy[thing.key] & mask == mask]
        return next((thing.key for thing in fitting if thing.key in had), fitting[0].key)

    def _of_kind(self, kind: str) -> list[Thing]:
        return [thing for thing in self.question.things if thing.kind == kind]

    def _free(self, person: Person) -> int:
        taken = self.frame.of((*person.breaks, *person.off, *person.busy))
        return self.frame.of(person.works) & ~taken


def _choices(wish: Wish, people: dict[int, Person]) -> dict[int, Shape]:
    keys = wish.people or tuple(people)
    return {
        key: people[key].shapes[wish.service].longer(wish.extra)
        for key in keys
        if key in people and wish.service in people[key].shapes
    }


def _collide(mine: Step, taken: Sequence[Step]) -> bool:
    """Whether a professional who comes back would still be busy with what they did before for this guest."""
    key, shape, at, follows, goes_on = mine
    spans = shape.stretches(at, follows=follows, goes_on=goes_on)
    return any(
        low < end and start < high
        for other, had, then, followed, went_on in taken
        if other == key
        for low, high in had.stretches(then, follows=followed, goes_on=went_on)
        for start, end in spans
    )


def _overlap(spans: Sequence[Span], within: Span) -> int:
    low, high = within
    return sum(min(end, high) - max(start, low) for start, end in spans if start < high and low < end)
