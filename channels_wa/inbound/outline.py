"""Follow the outer structure of a delivery that does not load as JSON, so that its good parts survive.

Only the way to the items is followed (`_WAY`), with brackets counted and never by recursion into what is read. A part
that cannot be loaded by itself becomes `Broken`, with its text.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_DIGITS = 30


@dataclass(frozen=True, slots=True)
class Broken:
    """A piece of JSON that could not be read."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Absurd:
    """Stands for a number that no database column can take."""

    text: str
    reason: str


# Where items are, from the outside in. [x] is a list of x (or one bare x), None is read whole.
Way = dict[str, Any] | list[Any] | None
_ITEMS: Way = [None]
_VALUE: Way = {"contacts": _ITEMS, "messages": _ITEMS, "statuses": _ITEMS, "errors": _ITEMS, "metadata": None}
_WAY: Way = {"entry": [{"changes": [{"value": _VALUE}]}]}

# Possessive, so that a long run of backslashes costs no backtracking.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\],"]', re.DOTALL)
_KEY = re.compile(r'\s*("(?:[^"\\]++|\\.)*+")\s*:\s*', re.DOTALL)
_SPACE = re.compile(r"\s*")


def _whole_number(digits: str) -> object:
    return int(digits) if len(digits) <= MAX_DIGITS else Absurd(digits, "a number with too many digits")


def _number(digits: str) -> object:
    value = float(digits) if len(digits) <= 4 * MAX_DIGITS else math.inf
    return value if math.isfinite(value) else Absurd(digits, "a number too large")


def _constant(name: str) -> object:
    return Absurd(name, f"{name} is no number")


# Control characters in texts are let through here: they spoil one item at most, not the delivery.
_decoder = json.JSONDecoder(parse_int=_whole_number, parse_float=_number, parse_constant=_constant, strict=False)


def load(text: str) -> Any:
    """JSON, with `Absurd` where a number is none. Raises ValueError or RecursionError."""
    return _decoder.decode(text)


def outline(text: str) -> Any:
    """As much of the tree as can be followed, `Broken` where it cannot."""
    start = _SPACE.match(text).end()  # type: ignore[union-attr]
    return _follow(text[start:], _WAY)


def _follow(text: str, way: Way) -> Any:
    try:
        return load(text)
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else "not JSON"
    if isinstance(way, list):
        inner = way[0]
        if text.startswith("["):
            return [_follow(member, inner) for member in _members(text)]
        return _follow(text, inner)
    if way and text.startswith("{"):
        return _follow_object(text, way)
    return Broken(text, reason)


def _follow_object(text: str, way: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for member in _members(text):
        key = _KEY.match(member)
        if key is None:
            found.setdefault("", Broken(member, "not JSON"))
            continue
        try:
            name = load(key[1])
        except ValueError:
            continue
        found[name] = _follow(member[key.end() :], way.get(name))
    return found


class _Open:
    """The brackets that are open, and how they close when somebody forgot one."""

    def __init__(self) -> None:
        self.marks: list[str] = []
        self._count = {"{": 0, "[": 0}

    def push(self, mark: str) -> None:
        """One more."""
        self.marks.append(mark)
        self._count[mark] += 1

    def close(self, mark: str) -> None:
        """Close the nearest that fits, and what was left open within it; a bracket that fits none is passed over."""
        wanted = "{" if mark == "}" else "["
        if not self._count[wanted]:
            return
        while True:
            popped = self.marks.pop()
            self._count[popped] -= 1
            if popped == wanted:
                return


def _members(text: str) -> Iterator[str]:
    """The members of the list or object that `text` begins with; the last one may be torn."""
    opened, start, end = _Open(), 1, len(text)
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in "{[":
            opened.push(mark)
        elif mark in "}]":
            opened.close(mark)
            if not opened.marks:
                end = token.start()
                break
        elif mark == "," and len(opened.marks) == 1:
            yield text[start : token.start()].strip()
            start = token.end()
        elif mark == '"':
            break  # a text that never ends
    if last := text[start:end].strip():
        yield last
