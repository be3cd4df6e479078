"""What weekly hours, segments and rules of reminders may be; whatever comes from outside passes here."""

from itertools import pairwise
from typing import Any

DAY = 1440
MOST_PARTS = 20
LONGEST = 1440
LONGEST_KIND = 30
KINDS = ("busy", "processing")


class Wrong(ValueError):
    """Not that; `words` say what it must be."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def hours(value: Any) -> list[list[int]]:
    """One day: [[start, end], …] in minutes since midnight, in order and without overlaps. Raises Wrong."""
    if not isinstance(value, list) or len(value) > MOST_PARTS:
        raise Wrong("Must be a list of [start, end] in minutes since midnight.")
    found: list[list[int]] = []
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(_is_number(one) for one in pair):
            raise Wrong("Must be a list of [start, end] in minutes since midnight.")
        start, end = pair
        if not 0 <= start < DAY or not start < end <= 2 * DAY:
            raise Wrong("Must end after it begins, and begin within the day (0 to 1439).")
        found.append([start, end])
    found.sort()
    if any(one[1] > other[0] for one, other in pairwise(found)):
        raise Wrong("The times of a day must not overlap.")
    return found


def week(value: Any) -> list[list[list[int]]]:
    """Seven days, Monday first. Raises Wrong."""
    if not isinstance(value, list) or len(value) != 7:
        raise Wrong("Must be seven days, Monday first.")
    return [hours(day) for day in value]


def segments(value: Any) -> list[dict[str, Any]]:
    """[{"kind": "busy" | "processing", "minutes": 30}, …], at least one busy. Raises Wrong."""
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_PARTS:
        raise Wrong(f"Must be a list of 1 to {MOST_PARTS} segments.")
    found = []
    for part in value:
        if not isinstance(part, dict) or set(part) != {"kind", "minutes"} or part["kind"] not in KINDS:
            raise Wrong('Each must be {"kind": "busy" or "processing", "minutes": number}.')
        if not _is_number(part["minutes"]) or not 1 <= part["minutes"] <= LONGEST:
            raise Wrong(f"Each must have 1 to {LONGEST} minutes.")
        found.append({"kind": part["kind"], "minutes": part["minutes"]})
    if not any(part["kind"] == "busy" for part in found):
        raise Wrong("At least one must be busy.")
    if sum(part["minutes"] for part in found) > LONGEST:
        raise Wrong(f"Must not be longer than {LONGEST} minutes in all.")
    return found


def reminders(value: Any) -> list[dict[str, int]]:
    """[{"days": 1}, {"hours": 2}]. Raises Wrong."""
    if not isinstance(value, list) or len(value) > 5:
        raise Wrong("Must be a list of at most five.")
    for rule in value:
        if not isinstance(rule, dict) or len(rule) != 1 or not set(rule) <= {"days", "hours"}:
            raise Wrong('Each must be {"days": number} or {"hours": number}.')
        ((unit, count),) = rule.items()
        if not _is_number(count) or not 1 <= count <= (60 if unit == "days" else 72):
            raise Wrong("Must be 1 to 60 days or 1 to 72 hours.")
    if len({tuple(rule.items()) for rule in value}) != len(value):
        raise Wrong("Must not say the same twice.")
    return list(value)


def needs(value: Any) -> list[str]:
    """Kinds of things, each once. Raises Wrong."""
    if not isinstance(value, list) or len(value) > MOST_PARTS or not all(_is_kind(one) for one in value):
        raise Wrong(
            f"Must be a list of at most {MOST_PARTS} kinds of resources, each of at most {LONGEST_KIND} letters."
        )
    found = [one.strip().lower() for one in value]
    if len(set(found)) != len(found) or "professional" in found or not all(found):
        raise Wrong("Must be kinds of resources (chair, room, …), each once.")
    return found


def _is_kind(value: Any) -> bool:
    return isinstance(value, str) and len(value.strip()) <= LONGEST_KIND and value.isprintable()


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
