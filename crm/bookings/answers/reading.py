"""Reading a guest's answer. Every word must be understood, and all of them must say one thing; else it is unclear, and
the guest is asked by buttons. Only `confirm` and `cancel` change a booking; `reschedule` shows free times."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from crm.bookings.answers.tables import LANGUAGES, Table, table
from crm.bookings.answers.tokens import ASKS, LONGEST, STOP, STRANGE, tokens
from crm.bookings.answers.when import NoDate, Part, Wish, merged, part_of, settled

_SOON: Final = frozenset({"today", "tomorrow"})
MOST_WORDS: Final = 80


# Nothing was said of when.
ANY_TIME: Final = Wish()


class Kind(StrEnum):
    """What the guest wants."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said, in which language, and for when."""

    kind: Kind
    language: str = ""
    wish: Wish = ANY_TIME


@dataclass(frozen=True, slots=True)
class Asked:
    """What the answer is read against: the time in the salon, and the visit that it is about."""

    now: datetime
    zone: ZoneInfo
    booked: datetime | None = None
    language: str = ""


@dataclass(slots=True)
class _Segment:
    """Words that the table knows as one phrase."""

    kinds: set[str]
    words: list[str]
    part: Part | None = None
    when: str = ""


@dataclass(slots=True)
class _Clause:
    segments: list[_Segment] = field(default_factory=list)
    asks: bool = False
    after_but: bool = False

    def has(self, *kinds: str) -> bool:
        return any(kind in segment.kinds for segment in self.segments for kind in kinds)

    @property
    def dates(self) -> list[_Segment]:
        return [segment for segment in self.segments if segment.part is not None]


class _Unclear(Exception):
    """`is_known`: every word was understood, and they do not go together; another language would not help."""

    def __init__(self, *, is_known: bool = True) -> None:
        super().__init__()
        self.is_known = is_known


def read(text: str, asked: Asked) -> Answer:
    """What a message says, first in the guest's language, then in the others where they agree."""
    if len(text) > LONGEST:
        return Answer(Kind.UNCLEAR)
    said = tokens(text)
    if not said or STRANGE in said:
        return Answer(Kind.UNCLEAR)
    first = asked.language[:2] if asked.language[:2] in LANGUAGES else LANGUAGES[0]
    found: list[Answer] = []
    for language in (first, *(one for one in LANGUAGES if one != first)):
        try:
            answer = _read(said, table(language), asked)
        except _Unclear as unclear:
            if unclear.is_known:
                return Answer(Kind.UNCLEAR)
            continue
        if language == first:
            return answer
        found.append(answer)
    return found[0] if found and len({one.kind for one in found}) == 1 else Answer(Kind.UNCLEAR)


def time_named(text: str, asked: Asked) -> tuple[Wish, bool] | None:
    """The day and time that a message names where one was asked for, and whether all of it was understood; None if it
    names none. Words that nobody knows are passed over, which makes it a wish to show times for and no choice."""
    said = tokens(text) if len(text) <= LONGEST else []
    first = asked.language[:2] if asked.language[:2] in LANGUAGES else LANGUAGES[0]
    found: list[tuple[Wish, bool]] = []
    for language in (first, *(one for one in LANGUAGES if one != first)):
        words, now = table(language), asked.now.astimezone(asked.zone)
        parts, is_whole = _named([words.known(token) for token in said], words, now)
        if parts:
            found.append((settled(merged(parts), now), is_whole))
    return next((one for one in found if one[1]), found[0] if found else None)


def _named(said: list[str], words: Table, now: datetime) -> tuple[list[Part], bool]:
    parts: list[Part] = []
    rest = [one for one in said if one not in (STOP, ASKS)]
    # Each word that begins nothing is tried against every phrase: of noise, only so much.
    is_whole, rest = len(rest) <= MOST_WORDS, rest[:MOST_WORDS]
    while rest:
        if rest[0] == STRANGE:
            rest, is_whole = rest[1:], False
            continue
        try:
            segment = _longest(" ".join(rest), words, now)
        except _Unclear:
            rest, is_whole = rest[1:], False
            continue
        rest = rest[len(segment.words) :]
        if segment.part is not None:
            parts.append(segment.part)
        elif segment.kinds & {"not", "no", "cancel"}:
            is_whole = False
    return parts, is_whole


def _read(said: list[str], words: Table, asked: Asked) -> Answer:
    now = asked.now.astimezone(asked.zone)
    clauses = list(_clauses([words.known(token) for token in said], words, now))
    for clause in clauses:
        _resolve(clause)
        _check_order(clause, words)
    kind, wish = _decide(clauses, words, asked, now)
    return Answer(kind, words.language, wish)


def _clauses(said: list[str], words: Table, now: datetime) -> Iterator[_Clause]:
    is_after_but = False
    for sentence, asks in _sentences(said):
        rest = sentence
        clause = _Clause(asks=asks, after_but=is_after_but)
        is_after_but = False
        while rest:
            segment = _longest(" ".join(rest), words, now)
            rest = rest[len(segment.words) :]
            if "but" not in segment.kinds:
                clause.segments.append(segment)
                continue
            if clause.segments:
                yield clause
            clause = _Clause(asks=asks, after_but=True)
        if clause.segments:
            yield clause
        else:
            is_after_but = clause.after_but


def _sentences(said: list[str]) -> Iterator[tuple[list[str], bool]]:
    """The words between signs, and whether a question mark ends them."""
    part: list[str] = []
    for token in [*said, STOP]:
        if token not in (STOP, ASKS):
            part.append(token)
        elif part or token == ASKS:
            yield part, token == ASKS
            part = []


def _longest(text: str, words: Table, now: datetime) -> _Segment:
    """The longest phrase with which a text begins, and all that it may be."""
    length, kinds, whens = 0, set[str](), list[tuple[str, Part]]()
    for kind, pattern in words.phrases:
        found = pattern.match(text)
        if found and found.end() >= max(length, 1):
            kinds = kinds if found.end() == length else set()
            length = found.end()
            kinds.add(kind)
    for kind, pattern in words.whens:
        found = pattern.match(text)
        if not found or found.end() < max(length, 1):
            continue
        try:
            part = part_of(kind, found, words, now.date())
        except NoDate:
            continue
        if found.end() > length:
            length, kinds, whens = found.end(), set(), []
        whens.append((kind, part))
    if not length:
        raise _Unclear(is_known=False)
    segment = _Segment(kinds, text[:length].split())
    if whens:
        segment.when, segment.part = whens[0]
        segment.kinds.add("date")
    return segment


def _resolve(clause: _Clause) -> None:
    """Settle what may be this or that by what stands beside it."""
    dated = bool(clause.dates)
    for segment in clause.segments:
        kinds = segment.kinds
        if segment.part is not None:
            segment.kinds = {"date"}
        elif "fill" in kinds:
            segment.kinds = {"fill"}
        elif kinds & {"maybe", "ask"} and len(kinds) > 1 and not kinds <= {"maybe", "ask"}:
            others = [one for one in clause.segments if one is not segment]
            asking = dated and (clause.asks or any(one.kinds & {"ask", "maybe", "reschedule"} for one in others))
            segment.kinds = {"ask"} if asking else kinds - {"ask", "maybe"}
        elif "maybe" in kinds:
            segment.kinds = {"ask"} if dated else {"confirm"}


def _check_order(clause: _Clause, words: Table) -> None:
    """ "não posso" takes a verb that follows with it, whatever the verb alone would mean."""
    taken = {"yes", "come", "confirm", "cancel", "reschedule", "not"}
    for one, other in zip(clause.segments, clause.segments[1:], strict=False):
        if "not" in one.kinds and one.words[-1] in words.open_ends and other.kinds & taken:
            raise _Unclear
        if one.words[0] in words.conditions and len(one.words) > 1 and other.kinds & taken:
            raise _Unclear
        if "not" in other.kinds and other.words[-1] in words.open_ends and one.kinds & (taken - {"not"}):
            raise _Unclear
    # "cancela ou remarca": the choice is the guest's.
    for place, one in enumerate(clause.segments):
        around = clause.segments[max(place - 1, 0) : place + 2]
        if "link" in one.kinds and (len(around) < 3 or not (around[0].part and around[2].part)):
            raise _Unclear


def _decide(clauses: list[_Clause], words: Table, asked: Asked, now: datetime) -> tuple[Kind, Wish]:
    booked = asked.booked.astimezone(asked.zone) if asked.booked else None
    wants_other = any(clause.has("reschedule") for clause in clauses)
    confirms = any(clause.has("yes", "come", "confirm") for clause in clauses)
    cancels = any(clause.has("cancel", "not") for clause in clauses)
    asks = any(clause.has("ask") for clause in clauses)
    wished = [
        date for clause in clauses if not clause.has("yes", "come", "confirm", "cancel", "not") for date in clause.dates
    ]
    about = [clause for clause in clauses if clause.dates and clause.has("yes", "come", "confirm", "cancel", "not")]
    wish = settled(merged([date.part for date in wished if date.part]), now)
    if any(clause.has("no") for clause in clauses) and (
        confirms or asks or wants_other or any(clause.has("cancel") for clause in clauses)
    ):
        # A "no" before something else may turn it round, or not.
        raise _Unclear
    if confirms:
        if cancels or wants_other or asks or any(clause.asks or clause.after_but for clause in clauses):
            raise _Unclear
        if not all(_is_the_visit(clause, words, booked, now) for clause in about) or not _is_same(wished, wish, booked):
            raise _Unclear
        return Kind.CONFIRM, ANY_TIME
    if wants_other or (wished and (asks or cancels) and not _is_same(wished, wish, booked)):
        return Kind.RESCHEDULE, wish
    if cancels:
        if asks or any(clause.asks or clause.after_but for clause in clauses):
            raise _Unclear
        if not all(_is_the_visit(clause, words, booked, now) for clause in about):
            raise _Unclear
        return Kind.CANCEL, ANY_TIME
    return Kind.RESCHEDULE, _only_dates(clauses, wished, wish, booked)


def _only_dates(clauses: list[_Clause], wished: list[_Segment], wish: Wish, booked: datetime | None) -> Wish:
    """Nothing but another time was named, or asked for. Raises where it might be a question for the visit itself."""
    named = [segment for segment in wished if segment.part and not segment.part.wish.than_now]
    asks = any(clause.has("ask") for clause in clauses)
    if not wished or (not asks and not named) or _is_same(wished, wish, booked):
        raise _Unclear
    if not asks and not wish.has_time and {segment.when for segment in wished} <= _SOON | {"this_week"}:
        raise _Unclear
    if not asks and not wish.days and not wish.is_past and wish.minute is None:
        raise _Unclear
    return wish


def _is_the_visit(clause: _Clause, words: Table, booked: datetime | None, now: datetime) -> bool:
    """Whether the dates of a clause are those of the visit itself."""
    if clause.has("confirm"):
        first = next(place for place, one in enumerate(clause.segments) if "confirm" in one.kinds)
        date = next(place for place, one in enumerate(clause.segments) if one.part is not None)
        if date < first or clause.segments[date].words[0] not in words.leads:
            return False
    return _is_same(clause.dates, settled(merged(_parts(clause.dates)), now), booked)


def _parts(segments: Iterable[_Segment]) -> list[Part]:
    return [segment.part for segment in segments if segment.part is not None]


def _is_same(dates: list[_Segment], wish: Wish, booked: datetime | None) -> bool:
    """Whether what was named is the time of the visit; nothing named is."""
    return not dates or (booked is not None and wish.fits(booked))
