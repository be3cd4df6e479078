"""The ways out of a step that is not filled in yet: enough to draw it and to lead edges from it."""

from typing import Any, Final

from pydantic import ValidationError

from flows.nodes.base import TYPES

JSON = dict[str, Any]

# A word that stands for one that is missing: good as a text, a name, an expression.
STAND_IN: Final = "1"
ROUNDS: Final = 6


def exits_of(node: JSON) -> tuple[str, ...]:
    """The exits of a node as it is drawn; what is wrong in it is stood in for, as far as that goes."""
    kind = TYPES.get(str(node.get("type")))
    if kind is None:
        return ()
    settings = {key: value for key, value in node.items() if key not in ("id", "type", "position")}
    tried: set[tuple[Any, ...]] = set()
    for _round in range(ROUNDS):
        try:
            return tuple(kind.model_validate(settings).exits())
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_input=False):
                settings = _mended(settings, detail["loc"], again=detail["loc"] in tried, kind=detail["type"])
                tried.add(detail["loc"])
    return ()


def _mended(settings: JSON, loc: tuple[Any, ...], *, again: bool, kind: str) -> JSON:
    if not loc or not isinstance(loc[0], str):
        return settings
    if again or kind == "extra_forbidden" or not _is_text(kind):
        return {key: value for key, value in settings.items() if key != loc[0]}
    return dict(_put(settings, loc))


def _is_text(kind: str) -> bool:
    return kind in ("missing", "expression", "value_error", "settings") or kind.startswith("string")


def _put(whole: Any, loc: tuple[Any, ...]) -> Any:
    """A copy with the stand-in at this place; the names of union branches in a place are passed over."""
    if not loc:
        return STAND_IN
    here, rest = loc[0], loc[1:]
    if isinstance(whole, list) and isinstance(here, int) and here < len(whole):
        return [_put(item, rest) if number == here else item for number, item in enumerate(whole)]
    if isinstance(whole, dict) and (here in whole or not rest):
        return {**whole, here: _put(whole.get(here), rest)}
    return _put(whole, rest) if rest else STAND_IN
