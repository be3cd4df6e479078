"""Cutting a guest out of deliveries that were kept as they came.

A delivery is Meta's bytes with Meta's signature, and holds items of several guests and salons. Those of the one who is
erased are put out of it, each by `{"erased": true}` in its place, so that (delivery, index) still names the items of
the others; phones and ids that stand elsewhere become "erased". What is left is sealed anew under the same id, without
a signature: I5 speaks of deliveries that no erasure has cut.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from channels_wa.gate.delivery import delivery_box, open_delivery
from channels_wa.inbound import contents
from ops.sealing import CannotOpen

CUT: Final = "cut by an erasure"
_AT_ONCE: Final = 200
_ERASED: Final = {"erased": True}
# Lists whose parts hold further items; each part of any other list is an item.
_HOLDS_ITEMS: Final = frozenset({"entry", "changes", "history", "threads"})
# What people write: that a phone stands in somebody else's words does not make them this guest's.
_WORDS: Final = frozenset({"body", "caption", "text", "filename", "title", "description"})


def deliveries_with(salon_id: int, values: Sequence[str]) -> Iterator[tuple[UUID, bytes]]:
    """Kept deliveries with items of this salon that name one of these identities: id and opened bytes."""
    needles = [value.removeprefix("+").encode() for value in values]
    last = UUID(int=0)
    while needles:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT d.id, d.raw FROM public.delivery d WHERE d.id > %s AND (d.split_at IS NULL OR EXISTS "
                "(SELECT 1 FROM public.inbox_item i WHERE i.delivery_id = d.id AND (i.salon_id = %s OR i.salon_id IS "
                "NULL)) OR NOT EXISTS (SELECT 1 FROM public.inbox_item i WHERE i.delivery_id = d.id)) "
                "ORDER BY d.id LIMIT %s",
                [last, salon_id, _AT_ONCE],
            )
            some = cursor.fetchall()
        for delivery_id, sealed in some:
            try:
                raw = open_delivery(delivery_box(), delivery_id.bytes, bytes(sealed))
            except CannotOpen:
                continue  # noise already
            if any(needle in raw for needle in needles):
                yield delivery_id, raw
        if len(some) < _AT_ONCE:
            return
        last = some[-1][0]


def cut(salon_id: int, values: Sequence[str]) -> int:
    """Cut these identities out of all kept deliveries; how many were cut. Twice is once."""
    done = 0
    for delivery_id, raw in deliveries_with(salon_id, values):
        if without_person(raw, values) == raw:
            continue
        with transaction.atomic(), connection.cursor() as cursor:
            # Another guest may have been cut out of it since it was read.
            cursor.execute("SELECT raw FROM public.delivery WHERE id = %s FOR UPDATE", [delivery_id])
            row = cursor.fetchone()
            if row is None:
                continue
            now = open_delivery(delivery_box(), delivery_id.bytes, bytes(row[0]))
            without = without_person(now, values)
            cursor.execute(
                "UPDATE public.delivery SET raw = %s, signature = '', problem = %s WHERE id = %s",
                [delivery_box().seal(without, delivery_id.bytes), CUT, delivery_id],
            )
        contents.forget(delivery_id)
        done += 1
    return done


def without_person(raw: bytes, values: Sequence[str]) -> bytes:
    """The same delivery without these identities; the same bytes where they are only in somebody else's words."""
    names = {name for value in values for name in (value, value.removeprefix("+"))}
    try:
        tree = json.loads(raw)
    except (ValueError, RecursionError):
        for name in sorted(names, key=len, reverse=True):
            raw = raw.replace(name.encode(), b"erased")
        return raw
    after, changed = _cut(tree, names, "")
    return json.dumps(after).encode() if changed else raw


def _cut(node: Any, names: set[str], under: str) -> tuple[Any, bool]:
    if isinstance(node, list):
        found = [_cut(one, names, under) if under in _HOLDS_ITEMS else _cut_item(one, names) for one in node]
        return [one for one, _changed in found], any(changed for _one, changed in found)
    if isinstance(node, dict):
        parts = {key: _cut(one, names, key) for key, one in node.items()}
        return {key: one for key, (one, _changed) in parts.items()}, any(changed for _one, changed in parts.values())
    return ("erased", True) if isinstance(node, str) and node in names else (node, False)


def _cut_item(node: Any, names: set[str]) -> tuple[Any, bool]:
    return (_ERASED, True) if _names(node, names) else (node, False)


def _names(node: Any, names: set[str]) -> bool:
    """Whether an item is by, to or about one of these, beyond what people write in it."""
    if isinstance(node, dict):
        return any(_names(one, names) for key, one in node.items() if key not in _WORDS or isinstance(one, dict))
    if isinstance(node, list):
        return any(_names(one, names) for one in node)
    return isinstance(node, str) and node in names
