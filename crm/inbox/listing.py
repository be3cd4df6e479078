"""The list of conversations: a page of it by key, forwards and back, and the few counts above it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from crm.inbox.filters import Filter, by_wait
from crm.inbox.models import Conversation, Draft
from crm.inbox.rights import visible_conversations
from crm.inbox.rows import Row, rows_of
from portal.frame.keyset import beyond, moment_key
from tenants.members.models import Member

A_PAGE = 30
# Beyond this a count says nothing more, and counting on would only take time.
MOST_COUNTED = 100


@dataclass(frozen=True)
class ListPage:
    """Lines, and the addresses of the pages around them; empty where there is none."""

    rows: list[Row]
    older_url: str
    newer_url: str


def page_of(member: Member, wanted: Filter, url: str, *, before: str, after: str, now: datetime) -> ListPage:
    """One page: the first, the one after a line (`before`), or the one before a line (`after`)."""
    every = wanted.of(visible_conversations(member), member, now=now).select_related("contact", "assignee", "team")
    # What the reader has begun to write, without a question of its own.
    begun = Draft.objects.filter(member_id=member.pk, conversation_id=OuterRef("pk")).exclude(text="")
    every = every.annotate(has_draft=Exists(begun))
    order = Order("since", descends=False) if wanted.sort == "waiting" else Order("last_at", descends=True)
    if wanted.sort == "waiting":
        every = by_wait(every)
    back = bool(after) and not before
    found = _few(every, wanted, order, before or after, back=back)
    goes_on, found = len(found) > A_PAGE, found[:A_PAGE]
    if back:
        found.reverse()
    has_older, has_newer = (True, goes_on) if back else (goes_on, bool(before))
    query = wanted.query()
    return ListPage(
        rows_of(found, now=now),
        f"{url}?{urlencode({**query, 'before': order.key(found[-1])})}" if has_older and found else "",
        f"{url}?{urlencode({**query, 'after': order.key(found[0])})}" if has_newer and found else "",
    )


def _few(every: QuerySet[Conversation], wanted: Filter, order: "Order", key: str, *, back: bool) -> list[Conversation]:
    """A page of them and one more, by the way that reads the least."""
    if wanted.sort == "waiting":
        # All who wait are sorted, so by their ids alone; the rest is read of those on the page.
        first = order.from_key(every, key, back=back).values("pk")[: A_PAGE + 1]
        return list(order.sorted(every.filter(pk__in=first), back=back))
    if wanted.search and wanted.is_in_any_state:
        # The open and the closed ones have their order each; together they have none that an index knows.
        parts = (every.filter(closed_at=None), every.exclude(closed_at=None))
        found = [one for part in parts for one in order.from_key(part, key, back=back)[: A_PAGE + 1]]
        found.sort(key=lambda one: (getattr(one, order.field), one.pk), reverse=order.descends != back)
        return found[: A_PAGE + 1]
    return list(order.from_key(every, key, back=back)[: A_PAGE + 1])


@dataclass(frozen=True)
class Order:
    """By which moment the lines stand; the id makes it exact."""

    field: str
    descends: bool

    def key(self, row: Conversation) -> str:
        """What names a line's place."""
        return f"{getattr(row, self.field).isoformat()}~{row.pk}"

    def from_key(self, rows: QuerySet[Conversation], key: str, *, back: bool) -> QuerySet[Conversation]:
        """Those that come after the key in this order, or before it in the other; a key that is none is the start."""
        down = self.descends != back
        if place := moment_key(key):
            rows = rows.filter(beyond(self.field, *place, "lt" if down else "gt"))
        return self.sorted(rows, back=back)

    def sorted(self, rows: QuerySet[Conversation], *, back: bool) -> QuerySet[Conversation]:
        """All of them, in this order or the other."""
        sign = "-" if self.descends != back else ""
        return rows.order_by(f"{sign}{self.field}", f"{sign}pk")


COUNTED = {
    "mine": Filter(who="mine"),
    "nobody": Filter(who="nobody"),
    "waiting": Filter(waiting=True),
    "unread": Filter(unread=True),
}


def counts(member: Member, *, now: datetime) -> tuple[dict[str, str], int]:
    """How many there are of what is counted above the list, and the newest message.

    One question, of whose parts none goes beyond a hundred rows.
    """
    parts: list[str] = []
    values: list[Any] = []
    for wanted in COUNTED.values():
        # In the order of an index: then it is walked until there are enough, whatever else there is.
        rows = wanted.of(visible_conversations(member), member, now=now).order_by("-last_at", "-pk")
        few = rows.values("pk", "last_at")[:MOST_COUNTED]
        sql, params = few.query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({sql}) few)")
        values += params
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}, COALESCE((SELECT max(id) FROM message), 0)", values)
        *found, newest = cursor.fetchone()
    return {name: shown(count) for name, count in zip(COUNTED, found, strict=True)}, newest


def shown(count: int) -> str:
    """5, or 99+."""
    return str(count) if count < MOST_COUNTED else f"{MOST_COUNTED - 1}+"
