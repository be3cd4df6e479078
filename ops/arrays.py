"""Lists as PostgreSQL arrays, fast: the drain gives each statement some ten lists of up to 500 values.

psycopg dumps a list item by item and looks at each for what needs quotes. Lists of one plain type need no look: numbers
never need quotes, texts always get them (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.array import ListDumper

_PLAIN: dict[type, Any] = {
    int: str,
    bool: lambda value: "t" if value else "f",
    UUID: lambda value: value.hex,
    datetime: lambda value: f'"{value.isoformat(" ")}"',
    str: lambda value: '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"',
}


class PlainListDumper(ListDumper):
    """A list whose items are of one plain type or None in one go; any other as psycopg does it."""

    def dump(self, obj: list[Any]) -> Any:
        kinds = set(map(type, obj))
        has_none = type(None) in kinds
        kinds.discard(type(None))
        if len(kinds) != 1 or (text := _PLAIN.get(kinds.pop())) is None:
            return super().dump(obj)
        items = ("NULL" if item is None else text(item) for item in obj) if has_none else map(text, obj)
        # As psycopg does: the server would cut the text there, so it is an error before.
        dumped = "{" + ",".join(items) + "}"
        if "\x00" in dumped:
            raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
        return dumped.encode(self.connection.info.encoding if self.connection else "utf-8")


def register() -> None:
    """For every connection opened from now on."""
    psycopg.adapters.register_dumper(list, PlainListDumper)
