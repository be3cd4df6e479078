"""Take a value out of JSON whose author may have been careless: the right type, or nothing."""

from datetime import UTC, datetime
from typing import Any

JSONObject = dict[str, Any]

MAX_TEXT = 65_536
_LATEST = 4_102_444_800  # the year 2100, in seconds; what is larger was given in milliseconds


def text(value: object) -> str:
    """A text of bearable length; a number as its digits; else an empty one."""
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def maybe(value: object) -> str | None:
    """A text, or None if there is none."""
    return text(value) or None


def one(value: object) -> JSONObject:
    """An object; else an empty one."""
    return value if isinstance(value, dict) else {}


def many(value: object) -> list[JSONObject]:
    """The objects of a list; a bare one is a list of one."""
    if isinstance(value, dict):
        return [value]
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def number(value: object) -> float | int | None:
    """A number, also when it was written as a text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    try:
        found = float(value) if isinstance(value, str) and len(value) <= 40 else None
    except ValueError:
        return None
    return found if found is not None and abs(found) < 1e15 else None


def moment(value: object) -> datetime | None:
    """Meta's seconds since 1970, a text or a number."""
    seconds = number(value)
    if seconds is None or seconds <= 0:
        return None
    if seconds > _LATEST:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC) if seconds <= _LATEST else None


def present(**values: object) -> JSONObject:
    """Those that are there."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
