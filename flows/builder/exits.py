"""The ways out of a step that is not filled in yet: enough to draw it and to lead edges from it."""

from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from flows.nodes.base import TYPES

JSON = dict[str, Any]
Place = tuple[int | str, ...]

# What stands for something that is missing or wrong, one after the other: a text or an expression, a name, an address,
# an id, a list, a number.
STAND_INS: Final[tuple[Any, ...]] = ("1", "a", "https://example.com", "00000000-0000-7000-8000-000000000000", ["a"], 1)


def exits_of(node: JSON) -> tuple[str, ...]:
    """The exits of a node as it is drawn; what is wrong in it is stood in for, as far as that goes."""
    kind = TYPES.get(str(node.get("type")))
    if kind is None:
        return ()
    settings = {key: value for key, value in node.items() if key not in ("id", "type", "position")}
    tried: dict[Place, int] = {}
    for _round in range(len(STAND_INS) + 2):
        try:
            return tuple(kind.model_validate(settings).exits())
        except ValidationError as error:
            for detail in _innermost(error):
                settings = _mended(settings, detail, tried)
    return ("done",)


def _innermost(error: ValidationError) -> Iterator[ErrorDetails]:
    """A list with a bad item is called too short as well: only the item is mended."""
    found = error.errors(include_url=False, include_input=False)
    places = [detail["loc"] for detail in found]
    for detail in found:
        loc = detail["loc"]
        if not any(len(place) > len(loc) and place[: len(loc)] == loc for place in places):
            yield detail


def _mended(settings: JSON, detail: ErrorDetails, tried: dict[Place, int]) -> JSON:
    named = detail.get("ctx", {}).get("field")
    loc: Place = detail["loc"]
    if detail["type"] == "settings" and named:
        loc = (*loc, *(int(part) if part.isdecimal() else part for part in str(named).split(".")))
    if not loc:
        return settings
    number = tried[loc] = tried.get(loc, -1) + 1
    if detail["type"] == "extra_forbidden" or number >= len(STAND_INS):
        return {key: value for key, value in settings.items() if key != loc[0]}
    return dict(_put(settings, loc, STAND_INS[number]))


def _put(whole: Any, loc: Place, value: Any) -> Any:
    """A copy with the value at this place; the names of union branches in a place are passed over."""
    if not loc:
        return value
    here, rest = loc[0], loc[1:]
    if isinstance(whole, list) and isinstance(here, int) and here < len(whole):
        return [_put(item, rest, value) if number == here else item for number, item in enumerate(whole)]
    if isinstance(whole, dict) and (here in whole or not rest):
        return {**whole, here: _put(whole.get(here), rest, value)}
    return _put(whole, rest, value) if rest else value
