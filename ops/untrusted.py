"""Reading JSON that somebody typed or sent: what no column can keep, and what no program can hold, is refused here."""

import json
import math
from typing import Any, Final

DEEPEST: Final = 64
LONGEST: Final = 2 * 1024 * 1024
_LARGEST: Final = 2**63 - 1


class NoJson(ValueError):
    """It is no JSON that can be taken; the words say why."""


def loads(text: str | bytes) -> Any:
    """The value. Raises NoJson (a ValueError) for what is none, nested too deep, too long, not finite, not storable."""
    if len(text) > LONGEST:
        raise NoJson("it is too long")
    try:
        value = json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise NoJson("it is nested too deep") from None
    except UnicodeDecodeError as error:
        raise NoJson("it is not UTF-8") from error
    _check(value, 0)
    return value


def storable(text: str) -> bool:
    """Whether a column can keep this text: NUL and lone surrogates it cannot."""
    return "\0" not in text and (text.isascii() or not any("\ud800" <= one <= "\udfff" for one in text))


def _no_number(name: str) -> Any:
    raise NoJson(f"{name} is no number")


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise NoJson("it is nested too deep")
    if isinstance(value, str):
        if not storable(value):
            raise NoJson("it holds a character that cannot be kept")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise NoJson("a number is too large")
    elif isinstance(value, int):
        if abs(value) > _LARGEST:
            raise NoJson("a number is too large")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check(name, depth)
            _check(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth + 1)
