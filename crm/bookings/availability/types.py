"""What availability is asked and what it answers.

Time is counted in minutes since 1970 (UTC); a span is [start, end).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

Span = tuple[int, int]
DAY = 1440


@dataclass(frozen=True, slots=True)
class Shape:
    """A service as one professional does it: segments of (takes the professional, minutes), and buffers around."""

    segments: tuple[tuple[bool, int], ...]
    before: int = 0
    after: int = 0
    # How long the guest is there.
    minutes: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "minutes", sum(minutes for _busy, minutes in self.segments))

    def longer(self, minutes: int) -> "Shape":
        """With add-ons: their minutes go to the last segment that takes the professional."""
        if not minutes:
            return self
        segments = list(self.segments)
        last = max((place for place, (busy, _) in enumerate(segments) if busy), default=None)
        if last is None:
            segments.append((True, minutes))
        else:
            segments[last] = (True, segments[last][1] + minutes)
        return Shape(tuple(segments), self.before, self.after)

    def stretches(self, start: int, *, follows: bool = False, goes_on: bool = False) -> list[Span]:
        """When the professional is taken. Between two services of one visit by the same professional there is no
        buffer: `follows` the one before, `goes_on` with the next."""
        before, after = (0 if follows else self.before), (0 if goes_on else self.after)
        found: list[Span] = []
        at = start - before
        for busy, minutes in ((True, before), *self.segments, (True, after)):
            if busy and minutes:
                if found and found[-1][1] == at:
                    found[-1] = (found[-1][0], at + minutes)
                else:
                    found.append((at, at + minutes))
            at += minutes
        return found


@dataclass(frozen=True, slots=True)
class Person:
    """A professional in the time that is asked about."""

    key: int
    # By service.
    shapes: Mapping[int, Shape]
    # When they work: their hours within the salon's.
    works: Sequence[Span]
    breaks: Sequence[Span] = ()
    off: Sequence[Span] = ()
    # What is booked and blocked.
    busy: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class Thing:
    """A chair, a room; there whenever it is not taken."""

    key: int
    kind: str
    busy: Sequence[Span] = ()
    off: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """One service of a visit."""

    service: int
    # Whom the guest would have; nobody named: anyone who does it.
    people: tuple[int, ...] = ()
    # Minutes of add-ons.
    extra: int = 0
    # Kinds of things, one of each.
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """When may a visit of these services, one after the other, begin?"""

    wishes: tuple[Wish, ...]
    people: Sequence[Person]
    things: Sequence[Thing]
    zone: ZoneInfo
    # It begins in here.
    start: int
    end: int
    # When the clock shows a multiple of it (a divisor of a day); 0: at any minute.
    grid: int = 15
    # Lead time and horizon: not before, and before.
    earliest: int = -(2**60)
    latest: int = 2**60


@dataclass(frozen=True, slots=True)
class Placed:
    """A service with its time, who does it and with what."""

    service: int
    person: int
    starts: int
    ends: int
    things: tuple[int, ...] = ()
    # The same professional did the one before, or does the next.
    follows: bool = False
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A visit that is possible."""

    starts: int
    items: tuple[Placed, ...]

    @property
    def ends(self) -> int:
        """When the guest leaves."""
        return self.items[-1].ends


class Reason(StrEnum):
    """Why a visit cannot begin at a moment."""

    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    OFF_GRID = "off_grid"
    NOT_OFFERED = "not_offered"
    NOT_WORKING = "not_working"
    ON_BREAK = "on_break"
    TIME_OFF = "time_off"
    BUSY = "busy"
    NO_ROOM = "no_room"
    # Each service has somebody, but no order of them fits.
    NOT_IN_A_ROW = "not_in_a_row"


@dataclass(frozen=True, slots=True)
class Why:
    """One reason: which service, and whom or what it is about."""

    reason: Reason
    service: int | None = None
    person: int | None = None
    # The kind of thing that is missing.
    needs: str = field(default="")


def joined(spans: Iterable[Span]) -> list[Span]:
    """In order, those that touch made one, empty ones left out."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def common(these: Sequence[Span], those: Sequence[Span]) -> list[Span]:
    """What lies in both; each in order and without overlaps."""
    found: list[Span] = []
    mine = theirs = 0
    while mine < len(these) and theirs < len(those):
        start, end = max(these[mine][0], those[theirs][0]), min(these[mine][1], those[theirs][1])
        if start < end:
            found.append((start, end))
        if these[mine][1] < those[theirs][1]:
            mine += 1
        else:
            theirs += 1
    return found
