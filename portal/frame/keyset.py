"""Pages by key, not by number: the next page costs the same as the first, whatever lies before it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from ops.instants import read_instant

SIZE = 30
_LONGEST_ID = 18


@dataclass(frozen=True)
class Page:
    """Rows, and the key that the next ones come after; empty when these are the last."""

    rows: list[Any]
    next_key: str

    def next_url(self, url: str, **query: str) -> str:
        """Address of the next page; empty when there is none."""
        return f"{url}?{urlencode({**query, 'before': self.next_key})}" if self.next_key else ""


def by_id(rows: QuerySet[Any], *, before: str = "", size: int = SIZE) -> Page:
    """The newest first; `before` is the id of the last row that was shown. A key that is none gives the first page."""
    if _is_id(before):
        rows = rows.filter(pk__lt=int(before))
    return _page(list(rows.order_by("-pk")[: size + 1]), size, lambda row: str(row.pk))


def by_moment(rows: QuerySet[Any], field: str, *, before: str = "", size: int = SIZE) -> Page:
    """The latest `field` first; `before` is its moment and the id, so that equal moments lose no row."""
    if place := moment_key(before):
        rows = rows.filter(beyond(field, *place, "lt"))
    found = list(rows.order_by(f"-{field}", "-pk")[: size + 1])
    return _page(found, size, lambda row: f"{getattr(row, field).isoformat()}~{row.pk}")


def moment_key(key: str) -> tuple[datetime, int] | None:
    """Moment and id that a key names; None where it is none."""
    moment, _, pk = key.partition("~")
    at = read_instant(moment)
    return (at, int(pk)) if at is not None and _is_id(pk) else None


def beyond(field: str, at: datetime, pk: int, way: str) -> Q:
    """Rows that come after this place in the order of `field` and id; `way` is "lt" downwards and "gt" upwards."""
    # The first part alone lets the index be used; the second makes it exact.
    return Q(**{f"{field}__{way}e": at}) & (Q(**{f"{field}__{way}": at}) | Q(**{f"pk__{way}": pk}))


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx wants a part of the page; going back in the history wants the whole of it."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def _page(found: list[Any], size: int, key: Callable[[Any], str]) -> Page:
    return Page(found[:size], key(found[size - 1]) if len(found) > size else "")


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID
