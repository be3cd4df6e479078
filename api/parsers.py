"""Bodies: JSON that a database can keep, that all readers understand alike, and not too much of it."""

import json
import math
from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError

from api.errors import TooLarge, invalid

MAX_BODY_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_INTEGER = 2**63 - 1


class JSONParser(parsers.BaseParser):
    """Refuses what JSON does not know (NaN), what no column takes (NUL, lone surrogates), doubles, depth and size."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The body's value. Raises ParseError, ValidationError, TooLarge."""
        raw = stream.read(MAX_BODY_BYTES + 1)
        if len(raw) > MAX_BODY_BYTES:
            raise TooLarge(f"The body has more than {MAX_BODY_BYTES} bytes.")
        try:
            value = json.loads(raw.decode("utf-8"), parse_constant=_no_number, object_pairs_hook=_once_each)
        except RecursionError as error:
            raise ParseError("The body is nested too deep.") from error
        except UnicodeDecodeError as error:
            raise ParseError(f"The body is not UTF-8 at byte {error.start}.") from error
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}") from error
        if not isinstance(value, dict):
            raise ParseError("The body must be a JSON object.")
        _check(value, "", 0)
        return value


def unstorable(text: str) -> str | None:
    """Why no column can keep this text; None if one can."""
    if "\0" in text:
        return "Must not contain NUL (U+0000)."
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        return "Must not contain a lone surrogate (U+D800 to U+DFFF)."
    return None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of two values for one name a proxy or a log may believe the other one.
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise invalid(_shown(twice), "The name stands twice in one object of the body.", "duplicate")
    return found


def _shown(name: str) -> str:
    return name[:80] if unstorable(name) is None else ""


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _check(value: Any, path: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ParseError(f"The body is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, str):
        if problem := unstorable(value):
            raise invalid(path, problem)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise invalid(path, "The number is too large.")
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise invalid(path, "The number has more than 63 bits.")
    elif isinstance(value, dict):
        for name, inner in value.items():
            if problem := unstorable(name):
                raise invalid(path, f"A name of a field: {problem}")
            _check(inner, f"{path}.{name}".lstrip("."), depth + 1)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _check(inner, f"{path}.{place}".lstrip("."), depth + 1)
