"""What stands in a form: values by path, as a browser posts them, and how JSON looks there.

A path joins keys with dots: `list.rows.k0.title`. Rows go by keys of their own, so that a field keeps its name when its
row moves: `k3` was the fourth row of the node as it came, any other was added since. The list of keys stands at the
path of the rows themselves, in their order.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.http import QueryDict

from flows.forms.fields import JSON, Bound

MOST_ROWS: Final = 100
MOST_NAMES: Final = 3_000
KEY: Final = re.compile(r"[A-Za-z0-9]{1,20}")
DURATION: Final = {"amount": 1, "unit": "days"}


class Posted(dict[str, list[str]]):
    """Values by path."""

    @classmethod
    def of(cls, data: QueryDict) -> "Posted":
        """As it was posted; lines end as they do in JSON."""
        return cls(
            {name: [one.replace("\r\n", "\n") for one in data.getlist(name)] for name in list(data)[:MOST_NAMES]}
        )

    def one(self, path: str) -> str:
        """The value at a path; empty if there is none."""
        return (self.get(path) or [""])[-1]

    def many(self, path: str) -> list[str]:
        """All values at a path."""
        return self.get(path, [])

    def put(self, path: str, value: str) -> None:
        """Set one value."""
        self[path] = [value]

    def under(self, path: str) -> JSON:
        """All that belongs to a path; unchecked boxes and empty lists post nothing."""
        return {name: values for name, values in self.items() if values and belongs(name, path)}

    def drop(self, path: str) -> None:
        """Forget all that belongs to a path."""
        for name in [name for name in self if belongs(name, path)]:
            del self[name]


def belongs(name: str, path: str) -> bool:
    """Whether a name is the path or lies below it."""
    return name == path or name.startswith(f"{path}.")


def flat(fields: Iterable[Bound], data: JSON, prefix: str = "", into: Posted | None = None) -> Posted:
    """The form as it shows `data`: what it would post if nobody touched it."""
    posted = Posted() if into is None else into
    for bound in fields:
        path = f"{prefix}{bound.segment}"
        if bound.kind == "hidden":
            continue
        if bound.spec.virtual:
            posted.put(path, bound.spec.virtual.get(data))
        else:
            flatten(bound, data.get(bound.name, bound.default), path, posted, is_there=bound.name in data)
    return posted


def flatten(bound: Bound, value: Any, path: str, posted: Posted, *, is_there: bool) -> None:
    """One field."""
    if value is None and not is_there and bound.is_leaf:
        value = bound.spec.initial
    if bound.kind == "flag":
        posted[path] = ["on"] if value is True else []
    elif bound.kind in ("chips", "checks"):
        posted[path] = [shown(one) for one in value] if isinstance(value, list) else []
    elif bound.kind == "duration":
        flatten_duration(bound, value, path, posted)
    elif bound.kind == "group":
        if bound.has_switch:
            posted[f"{path}.on"] = ["on"] if is_there and value is not None else []
        inside = value if isinstance(value, dict) else bound.spec.initial
        flat(bound.children, inside if isinstance(inside, dict) else {}, f"{path}.", posted)
    elif bound.kind == "rows":
        flatten_rows(bound, value, path, posted)
    elif bound.kind in ("pairs", "places"):
        pairs = list(value.items()) if isinstance(value, dict) else []
        posted[path] = [f"k{number}" for number in range(len(pairs))]
        for number, (key, text) in enumerate(pairs):
            posted.put(f"{path}.k{number}.key", shown(key))
            posted.put(f"{path}.k{number}.value", shown(text))
    elif bound.kind == "rule":
        from flows.forms.rules import flatten_rule

        flatten_rule(shown(value), path, posted)
    elif bound.kind == "json" and isinstance(value, dict | list):
        posted.put(path, json.dumps(value, ensure_ascii=False, indent=2))
    else:
        posted.put(path, shown(value))


def flatten_duration(bound: Bound, value: Any, path: str, posted: Posted) -> None:
    """An amount and its unit; one that may be missing has a switch."""
    if bound.has_switch:
        posted[f"{path}.on"] = ["on"] if value is not None else []
    inside = value if isinstance(value, dict) else bound.spec.initial or DURATION
    posted.put(f"{path}.amount", shown(inside.get("amount")))
    posted.put(f"{path}.unit", shown(inside.get("unit")))


def flatten_rows(bound: Bound, value: Any, path: str, posted: Posted) -> None:
    """Each row with its key."""
    rows = value if isinstance(value, list) else []
    posted[path] = [f"k{number}" for number in range(len(rows))]
    for number, row in enumerate(rows):
        inside = {bound.children[0].name: row} if bound.is_scalar else row
        flat(bound.children, inside if isinstance(inside, dict) else {}, f"{path}.k{number}.", posted)


def shown(value: Any) -> str:
    """A value as it stands in a field."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if isinstance(value, bool | dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def keys_of(posted: Posted, path: str) -> Sequence[str]:
    """The keys of rows in their order, each once."""
    return [key for key in dict.fromkeys(posted.many(path)) if KEY.fullmatch(key)][:MOST_ROWS]
