"""A wall clock that somebody wrote, as a moment: on most days one, on two days of a year none or two."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


class NoSuchTime(ValueError):
    """The clock jumps over it."""


class TwiceShown(ValueError):
    """The clock shows it twice; `moments` are both, each with its offset."""

    def __init__(self, moments: list[datetime]) -> None:
        super().__init__("the clock shows it twice")
        self.moments = moments


def moments(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """The moments at which the clock shows it, with their offsets: none, one or two."""
    found: list[datetime] = []
    for fold in (0, 1):
        one = wall.replace(tzinfo=zone, fold=fold)
        shown = one.astimezone(UTC).astimezone(zone)
        if shown.replace(tzinfo=None) == wall and all(shown.utcoffset() != other.utcoffset() for other in found):
            found.append(shown)
    return found


def moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clock shows it. Raises NoSuchTime, TwiceShown."""
    found = moments(wall, zone)
    if not found:
        raise NoSuchTime("the clock jumps over it")
    if len(found) > 1:
        raise TwiceShown(found)
    return found[0]
