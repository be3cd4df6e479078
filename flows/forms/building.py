"""From what was posted back to the node. What nobody touched stays as it was, also what the form cannot read."""

import json
import math
from typing import Any, Final

from flows.forms.fields import JSON, Bound
from flows.forms.posted import Posted, keys_of, shown

ABSENT: Final = object()


def build(fields: tuple[Bound, ...], posted: Posted, was: Posted, base: JSON, prefix: str = "") -> JSON:
    """The settings after a change; `was` is what the form posts for `base`."""
    data = dict(base)
    for bound in fields:
        if bound.spec.virtual or bound.kind == "hidden":
            continue
        value = value_of(bound, posted, was, base, prefix)
        if value is ABSENT:
            # Of several fields for one setting, that of the kind chosen speaks.
            if not any(one.name == bound.name and one is not bound and applies(one, posted, prefix) for one in fields):
                data.pop(bound.name, None)
        else:
            data[bound.name] = value
    for bound in fields:
        virtual = bound.spec.virtual
        path = f"{prefix}{bound.segment}"
        if virtual and virtual.put and posted.many(path) != was.many(path):
            virtual.put(data, posted.one(path))
    return data


def value_of(bound: Bound, posted: Posted, was: Posted, base: JSON, prefix: str) -> Any:
    """One setting, or ABSENT."""
    path = f"{prefix}{bound.segment}"
    is_there = bound.name in base
    is_wanted = applies(bound, posted, prefix)
    is_untouched = posted.under(path) == was.under(path)
    if is_untouched and (is_there or bound.has_default) and not newly_ruled(bound, posted, was, prefix):
        return base.get(bound.name, ABSENT)
    if not is_wanted:
        return ABSENT
    value = read(bound, posted, was, base.get(bound.name), path)
    if not is_there and value in ("", None, [], {}) and is_untouched:
        return ABSENT
    return value


def applies(bound: Bound, posted: Posted, prefix: str) -> bool:
    """Whether the other fields of its group leave room for it."""
    return all(posted.one(prefix + name) in wanted for name, wanted in bound.spec.when.items())


def newly_ruled(bound: Bound, posted: Posted, was: Posted, prefix: str) -> bool:
    """Whether one of the fields that it depends on was changed."""
    return any(posted.many(prefix + name) != was.many(prefix + name) for name in bound.spec.when)


def read(bound: Bound, posted: Posted, was: Posted, base: Any, path: str) -> Any:
    """What stands in the form, as JSON."""
    if bound.kind == "flag":
        return posted.one(path) == "on"
    if bound.kind == "chips":
        # What is shown as it was before is the value it was before: a 2 stays a number.
        before = {shown(one): one for one in base} if isinstance(base, list) else {}
        return [before.get(one, one) for one in posted.many(path) if one.strip()]
    if bound.kind == "checks":
        return [literal(one) for one in posted.many(path)]
    if bound.kind in ("duration", "group"):
        return read_group(bound, posted, was, base, path)
    if bound.kind == "rows":
        return [read_row(bound, posted, was, base, path, key=key) for key in keys_of(posted, path)]
    if bound.kind in ("pairs", "places"):
        return read_pairs(posted, path)
    if bound.kind == "rule":
        from flows.forms.rules import read_rule

        return read_rule(posted, path)
    return read_leaf(bound, posted.one(path))


def read_leaf(bound: Bound, text: str) -> Any:
    """One value. What cannot be read stays a text, so that the node's own words tell what is wrong with it."""
    if not text.strip() and (bound.is_optional or bound.has_default):
        return ABSENT
    if bound.kind == "number":
        return number(text)
    if bound.kind == "clock":
        return clock(text)
    if bound.kind == "json":
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    if bound.kind == "choice":
        return literal(text) if bound.default is not None and not isinstance(bound.default, str) else text
    return text


def literal(text: str) -> Any:
    """The value of a choice that is no text: weekdays are numbers."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def clock(text: str) -> str:
    """A time of day as `09:30`, from what people write: 9, 9h, 9:30, 930."""
    digits = text.strip().lower().replace("h", ":").strip(":")
    hours, _sep, minutes = digits.partition(":")
    if not minutes and len(hours) in (3, 4):
        hours, minutes = hours[:-2], hours[-2:]
    minutes = minutes or "00"
    is_time = hours.isascii() and hours.isdigit() and len(hours) <= 2 and minutes.isascii() and minutes.isdigit()
    return f"{hours:0>2}:{minutes:0>2}" if is_time and len(minutes) <= 2 else text


def number(text: str) -> Any:
    """A number as people write it, with a comma too."""
    plain = text.strip().replace(",", ".")
    try:
        value = float(plain)
    except ValueError:
        return text
    if not math.isfinite(value) or len(plain) > 30:
        return text
    return int(value) if value.is_integer() and "e" not in plain.lower() else value


def read_group(bound: Bound, posted: Posted, was: Posted, base: Any, path: str) -> Any:
    """Settings within a setting; the switch of an optional one says whether it is there at all."""
    if bound.has_switch and posted.one(f"{path}.on") != "on":
        return ABSENT
    kept = base if isinstance(base, dict) else {}
    if bound.kind == "duration":
        return {**kept, "amount": number(posted.one(f"{path}.amount")), "unit": posted.one(f"{path}.unit")}
    before = was if isinstance(base, dict) else Posted()
    return build(bound.children, posted, before, kept, f"{path}.")


def read_row(bound: Bound, posted: Posted, was: Posted, base: Any, path: str, *, key: str) -> Any:
    """One row; what the form does not show of it stays."""
    place = int(key[1:]) if key[:1] == "k" and key[1:].isascii() and key[1:].isdigit() else -1
    rows = base if isinstance(base, list) else []
    kept = rows[place] if 0 <= place < len(rows) else None
    prefix = f"{path}.{key}."
    if bound.is_scalar:
        child = bound.children[0]
        return read_leaf(child, posted.one(f"{prefix}{child.segment}")) if child.is_leaf else None
    before = was if isinstance(kept, dict) else Posted()
    return build(bound.children, posted, before, kept if isinstance(kept, dict) else {}, prefix)


def read_pairs(posted: Posted, path: str) -> JSON:
    """Names and values; of two with the same name the later is told as a mistake, and kept out."""
    found: JSON = {}
    for key in keys_of(posted, path):
        name = posted.one(f"{path}.{key}.key").strip()
        if name and not posted.one(f"{path}.{key}.off"):
            found.setdefault(name, posted.one(f"{path}.{key}.value"))
    return found
