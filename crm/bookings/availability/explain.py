"""Why a visit cannot begin at a moment, in the words of the rule that stands against it."""

from crm.bookings.availability.search import Search
from crm.bookings.availability.types import Person, Question, Reason, Shape, Span, Why
from crm.bookings.availability.wall import offset_at


def explain(question: Question, start: int) -> list[Why]:
    """The reasons; none if the visit can begin then. The window of the question does not matter, its rules do."""
    found = _rules(question, start)
    here = Question(
        question.wishes, question.people, question.things, question.zone, start, start + 1, grid=0
    )  # fmt: skip
    search = Search(here)
    if search.starts and search.slot(start):
        return found
    return found + (_services(search, start) or [Why(Reason.NOT_IN_A_ROW)])


def _rules(question: Question, start: int) -> list[Why]:
    found = []
    if start < question.earliest:
        found.append(Why(Reason.TOO_SOON))
    if start >= question.latest:
        found.append(Why(Reason.TOO_FAR))
    if question.grid and (start + offset_at(question.zone, start)) % question.grid:
        found.append(Why(Reason.OFF_GRID))
    return found


def _services(search: Search, start: int) -> list[Why]:
    """The first service nobody can do when its turn comes, and why for each who might."""
    at, before = start, None
    people = {person.key: person for person in search.people}
    last = len(search.choices) - 1
    for place, choice in enumerate(search.choices):
        wish = search.question.wishes[place]
        if not choice:
            return [Why(Reason.NOT_OFFERED, wish.service, key) for key in wish.people or (None,)]
        reasons, free = [], None
        for key, shape in choice.items():
            # As kindly as it can be asked: without the buffers that another choice may leave out.
            goes_on = place < last and key in search.choices[place + 1]
            why = _person(people[key], shape.stretches(at, follows=key == before, goes_on=goes_on))
            if why is not None:
                reasons.append(Why(why, wish.service, key))
            elif kind := _missing(search, place, shape, at):
                reasons.append(Why(Reason.NO_ROOM, wish.service, key, kind))
            elif free is None:
                free = key
        if free is None:
            return reasons
        at, before = at + choice[free].minutes, free
    return []


def _person(person: Person, stretches: list[Span]) -> Reason | None:
    for start, end in stretches:
        if not any(low <= start and end <= high for low, high in person.works):
            return Reason.NOT_WORKING
    for spans, reason in (
        (person.breaks, Reason.ON_BREAK),
        (person.off, Reason.TIME_OFF),
        (person.busy, Reason.BUSY),
    ):
        if any(low < end and start < high for start, end in stretches for low, high in spans):
            return reason
    return None


def _missing(search: Search, place: int, shape: Shape, at: int) -> str:
    """The kind of thing of which none is free."""
    before, length = search._held(place, shape)
    start = at - before
    for kind in search.question.wishes[place].needs:
        things = [thing for thing in search.question.things if thing.kind == kind]
        if not any(_is_free((*thing.busy, *thing.off), (start, start + length)) for thing in things):
            return kind
    return ""


def _is_free(taken: tuple[Span, ...], span: Span) -> bool:
    return not any(low < span[1] and span[0] < high for low, high in taken)
