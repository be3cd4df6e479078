"""Stripe's request bodies: forms whose names nest by brackets, e.g. `items[0][price]=price_1&expand[]=customer`."""

import re
from typing import Any
from urllib.parse import parse_qsl

from sandbox.asgi import JSON
from sandbox.stripe.errors import wanted, wrong

_NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_PART = re.compile(r"\[([^\[\]]*)\]")
DEPTH_MAX = 8
FIELDS_MAX = 1000


def read_form(raw: str) -> JSON:
    """The nested values, all texts. Raises StripeError for a name that does not nest."""
    values: JSON = {}
    for name, value in parse_qsl(raw, keep_blank_values=True, max_num_fields=FIELDS_MAX):
        match = _NAME.match(name)
        parts = [match.group(1), *_PART.findall(match.group(2))] if match else []
        if not parts or len(parts) > DEPTH_MAX:
            raise wrong(name[:80], f"Received unknown parameter: {name[:80]}", "parameter_unknown")
        _put(values, parts, value)
    return {name: _lists(value) for name, value in values.items()}


def _put(into: JSON, parts: list[str], value: str) -> None:
    for part in parts[:-1]:
        key = part or str(len(into))
        inner = into.setdefault(key, {})
        if not isinstance(inner, dict):
            raise wrong(part, f"Invalid parameter: {part}", "parameter_invalid")
        into = inner
    into[parts[-1] or str(len(into))] = value


def _lists(value: Any) -> Any:
    """Objects whose names are 0, 1, 2, … are arrays."""
    if not isinstance(value, dict):
        return value
    inner = {name: _lists(one) for name, one in value.items()}
    if inner and all(name.isdecimal() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def flag(values: JSON, name: str, default: bool = False) -> bool:
    """`true` or `false`. Raises StripeError."""
    said = values.get(name)
    if said is None or said == "":
        return default
    if said not in ("true", "false"):
        raise wrong(name, f"Invalid boolean: {said}", "parameter_invalid_boolean")
    return bool(said == "true")


def number(values: JSON, name: str, default: int | None = None) -> int | None:
    """A whole number. Raises StripeError."""
    said = values.get(name)
    if said is None or said == "":
        return default
    try:
        return int(str(said))
    except ValueError:
        raise wrong(name, f"Invalid integer: {said}", "parameter_invalid_integer") from None


def text(values: JSON, name: str) -> str:
    """A text that must be there. Raises StripeError."""
    said = values.get(name)
    if not isinstance(said, str) or not said:
        raise wanted(name)
    return said


def inner(values: JSON, name: str) -> JSON:
    """An object within; empty where it is not given. Raises StripeError."""
    said = values.get(name)
    if said is None or said == "":
        return {}
    if not isinstance(said, dict):
        raise wrong(name, "Invalid object", "parameter_invalid")
    return said


def several(values: JSON, name: str) -> list[Any]:
    """An array within; empty where it is not given. Raises StripeError."""
    said = values.get(name)
    if said is None or said == "":
        return []
    if not isinstance(said, list):
        raise wrong(name, "Invalid array", "parameter_invalid")
    return said
