"""What the buttons of a form do to it: rows come, go and change places; a condition is written the other way."""

import secrets
from typing import Any, Final

from django.utils.functional import Promise

from flows.forms import rules
from flows.forms.building import applies, newly_ruled
from flows.forms.fields import Bound
from flows.forms.posted import MOST_ROWS, Posted, flat, keys_of

LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"


def fresh(first: str) -> str:
    """A name that nothing has: exits keep it whatever their titles become, and phones keep old buttons for ever."""
    return first + "".join(secrets.choice(LETTERS) for _place in range(6))


def act(said: str, posted: Posted, fields: tuple[Bound, ...]) -> str:
    """Do what a button says (`add:buttons`, `up:buttons.k1`, `turn:branches.k0.when`); the path to go to next."""
    verb, _sep, path = said.partition(":")
    if verb == "add":
        found = find(fields, path, posted)
        return add(found, path, posted) if found else ""
    if verb == "turn":
        rules.turn(posted, path)
        return f"{path}.{'formula' if posted.one(f'{path}.mode') == rules.FORMULA else 'left'}"
    rows, _dot, key = path.rpartition(".")
    keys = list(keys_of(posted, rows))
    if key not in keys:
        return ""
    place = keys.index(key)
    if verb == "remove":
        posted[rows] = [one for one in keys if one != key]
        posted.drop(path)
        return rows
    step = {"up": -1, "down": 1}.get(verb, 0)
    if 0 <= place + step < len(keys):
        keys[place], keys[place + step] = keys[place + step], keys[place]
    posted[rows] = keys
    return f"{path}.{verb}"


def find(fields: tuple[Bound, ...], path: str, posted: Posted, prefix: str = "") -> Bound | None:
    """The field at a path, through groups and rows."""
    for bound in fields:
        here = f"{prefix}{bound.segment}"
        if here == path:
            return bound
        if not path.startswith(f"{here}."):
            continue
        if bound.kind == "group":
            return find(bound.children, path, posted, f"{here}.")
        key = path.removeprefix(f"{here}.").partition(".")[0]
        if key in keys_of(posted, here):
            return find(bound.children, path, posted, f"{here}.{key}.")
    return None


def add(bound: Bound, path: str, posted: Posted) -> str:
    """A new row at the end, with an id of its own; the path of its first field."""
    keys = list(keys_of(posted, path))
    if len(keys) >= min(bound.most or MOST_ROWS, MOST_ROWS):
        return ""
    key = fresh("n")
    posted[path] = [*keys, key]
    if bound.kind == "pairs":
        posted.put(f"{path}.{key}.key", "")
        posted.put(f"{path}.{key}.value", "")
        return f"{path}.{key}.key"
    flat(bound.children, beginning(bound, len(keys) + 1), f"{path}.{key}.", posted)
    first = next((child for child in bound.children if child.kind != "id"), None)
    return f"{path}.{key}.{first.segment}" if first else path


def settle(fields: tuple[Bound, ...], posted: Posted, was: Posted, prefix: str = "", *, is_new: bool = False) -> None:
    """What a change brings with it: rows that are shown for the first time begin with some."""
    for bound in fields:
        path = f"{prefix}{bound.segment}"
        begins = applies(bound, posted, prefix) and (is_new or newly_ruled(bound, posted, was, prefix))
        if bound.kind == "rows":
            if bound.spec.begin and begins:
                for _row in range(0 if keys_of(posted, path) else bound.spec.begin):
                    add(bound, path, posted)
            for key in keys_of(posted, path):
                settle(bound.children, posted, was, f"{path}.{key}.")
        elif bound.kind == "group":
            settle(bound.children, posted, was, f"{path}.", is_new=begins)


def beginning(bound: Bound, number: int) -> Any:
    """What a new row begins with: titles count, ids are new."""
    given = bound.spec.initial
    if not isinstance(given, dict):
        return {bound.children[0].name: given} if bound.is_scalar and given is not None else {}
    made: dict[str, Any] = {}
    for key, value in given.items():
        words = str(value) if isinstance(value, Promise) else value
        made[key] = words % {"number": number} if isinstance(words, str) and "%(number)s" in words else words
    if any(child.kind == "id" for child in bound.children):
        made["id"] = fresh("o")
    return made
