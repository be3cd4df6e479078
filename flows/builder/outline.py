"""A drawing as a list: what follows what, nested where the ways part. For phones and for those who do not see it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from flows.console.drawing import DrawnStep

# Deeper than this a way begins a list of its own: nobody follows more on a phone.
DEEPEST: Final = 4


@dataclass
class Way:
    """A way out of a step: on to a step listed elsewhere (`to`), to steps of its own, or to nothing."""

    name: str
    label: str
    to: str = ""
    to_title: str = ""
    steps: list["Listed"] = field(default_factory=list)


@dataclass
class Listed:
    """A step in the list."""

    step: DrawnStep
    ways: list[Way] = field(default_factory=list)
    # The step that follows it in the same list leaves by this exit; empty: none does.
    goes_on: str = ""
    can_move_up: bool = False
    can_move_down: bool = False


@dataclass
class Part:
    """A list of steps; the first is the flow from its start, the others hang on it or on nothing."""

    steps: list[Listed]
    is_reached: bool = True
    after: str = ""  # the step that leads here, where the list was cut


@dataclass(frozen=True)
class _Open:
    """A way that has yet to be followed."""

    steps: list[Listed]
    first: str
    depth: int


def outline(steps: Mapping[str, DrawnStep]) -> list[Part]:
    """The lists of a drawing; each step stands in exactly one of them."""
    seen: set[str] = set()
    parts: list[Part] = []
    starts = [name for name, step in steps.items() if step.type == "start"]
    for first in [*starts, *steps]:
        if first in seen:
            continue
        part = Part([], is_reached=first in starts)
        parts.append(part)
        waiting = [_Open(part.steps, first, 0)]
        while waiting:
            # The last in, so that a way is followed to its end before its neighbour takes the steps they share.
            begun = waiting.pop()
            waiting += reversed(list(_follow(begun, steps, seen, parts)))
            for listed, after in pairwise(begun.steps):
                listed.can_move_down = after.can_move_up
    return [part for part in parts if part.steps]


def _follow(begun: _Open, steps: Mapping[str, DrawnStep], seen: set[str], parts: list[Part]) -> Iterator[_Open]:
    """Put down the steps of one way until it parts, meets itself or ends; the ways that part there."""
    name, before = begun.first, ""
    while name in steps and name not in seen:
        seen.add(name)
        step = steps[name]
        ways = [way for way in step.exits if not way.is_spare]
        listed = Listed(step, can_move_up=bool(ways) and _is_movable(before, steps))
        begun.steps.append(listed)
        on = ways[0] if len(ways) == 1 else None
        if on is None or on.to not in steps or on.to in seen:
            listed.ways = [Way(way.name, way.label, way.to, way.to_title) for way in ways]
            yield from _parting(listed, begun.depth, steps, parts)
            return
        listed.goes_on, before, name = on.name, name, on.to


def _parting(listed: Listed, depth: int, steps: Mapping[str, DrawnStep], parts: list[Part]) -> Iterator[_Open]:
    for way in listed.ways:
        if way.to not in steps:
            continue
        if depth < DEEPEST:
            yield _Open(way.steps, way.to, depth + 1)
        else:
            part = Part([], after=listed.step.title)
            parts.append(part)
            yield _Open(part.steps, way.to, 0)


def _is_movable(before: str, steps: Mapping[str, DrawnStep]) -> bool:
    """Whether the step may change places with the one before it: that one is no start."""
    return bool(before) and steps[before].type != "start"
