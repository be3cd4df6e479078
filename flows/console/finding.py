"""Finds runs among hundreds of thousands: by indexes where there is one, else by a look of bounded length.

The order is when they started. One statement looks at each flow by itself, as the indexes begin with the flow, and puts
the newest of all together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from crm.contacts.search import search
from flows.console.wanted import Wanted
from portal.frame.keyset import moment_key

# So many runs are looked at for one page where no index knows what is asked for; the next page goes on there.
MOST_LOOKED_AT = 20_000
FEWEST_LOOKED_AT = 500
# A name that half of the guests have says nothing.
MOST_CONTACTS = 300
MOST_COUNTED = 1000
STATUSES = ("running", "waiting", "completed", "failed", "cancelled")


@dataclass(frozen=True, order=True)
class Key:
    """A run's place in the order."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Key | None":
        """The key as `str` gave it; None for what is none."""
        place = moment_key(text)
        return cls(*place) if place else None


@dataclass(frozen=True)
class Found:
    """Ids of a page's runs, newest first, and the keys of the pages around it; empty where there is none.

    `looked_until`: the look ended at this moment, older ones are for the next page.
    """

    ids: list[int]
    newer: str = ""
    older: str = ""
    looked_until: datetime | None = None


def find(flow_ids: Sequence[int], wanted: Wanted, *, before: str = "", after: str = "", size: int = 30) -> Found:
    """A page of runs of these flows: the newest, those older than `before`, or those newer than `after`."""
    upwards = Key.read(after)
    edge = upwards or Key.read(before)
    asked = _Asked(flow_ids, wanted, edge, up=upwards is not None, size=size)
    keys = [Key(at, pk) for pk, at in asked.rows()]
    ended = asked.end_of_look() if asked.looked and (len(keys) <= size or len(flow_ids) > 1) else None
    if ended:
        # Beyond the end of the look of one flow those of the others are for the next page too.
        keys = [key for key in keys if (key <= ended if upwards else key >= ended)]
    onward = keys[size - 1] if len(keys) > size else ended
    keys = keys[:size]
    pks = [key.pk for key in keys]
    if upwards is None:
        newer = keys[0] if edge and keys else edge
        return Found(pks, str(newer or ""), str(onward or ""), ended.at if ended and onward == ended else None)
    if onward is None:
        return find(flow_ids, wanted, size=size)
    return Found(pks[::-1], str(onward), str(keys[0] if keys else upwards))


class _Asked:
    """One question, as SQL."""

    def __init__(self, flow_ids: Sequence[int], wanted: Wanted, edge: Key | None, *, up: bool, size: int) -> None:
        self.order = "ASC" if up else "DESC"
        self.values: dict[str, Any] = {
            "flows": list(flow_ids),
            "size": size + 1,
            "look": max(FEWEST_LOOKED_AT, MOST_LOOKED_AT // max(len(flow_ids), 1)),
        }
        self.known: list[str] = ["flow_id = f.id"]
        self.looked: list[str] = []
        self.by_contact = bool(wanted.search)
        self._days(wanted)
        if edge:
            self.known.append(f"(started_at, id) {'>' if up else '<'} (%(edge_at)s, %(edge_id)s)")
            self.values |= {"edge_at": edge.at, "edge_id": edge.pk}
        self._of_an_index(wanted)
        self._of_a_look(wanted)

    def _days(self, wanted: Wanted) -> None:
        if wanted.begins_at:
            self.known.append("started_at >= %(begins)s")
            self.values["begins"] = wanted.begins_at
        if wanted.ends_before:
            self.known.append("started_at < %(ends)s")
            self.values["ends"] = wanted.ends_before

    def _of_an_index(self, wanted: Wanted) -> None:
        status = {"waiting": "waiting", "failed": "failed"}.get(wanted.place, "") if wanted.node else ""
        if status and wanted.status not in ("", status):
            self.known.append("false")
        status = status or wanted.status
        if status:
            self.values["status"] = status
            self.known.append("status = %(status)s")
        if wanted.version:
            self.values["version"] = wanted.version
            # The version's own index, where no narrower one serves.
            (self.looked if status else self.known).append("version_id = %(version)s")
        if wanted.search:
            self.values["contacts"] = list(search(wanted.search).values_list("pk", flat=True)[:MOST_CONTACTS])

    def _of_a_look(self, wanted: Wanted) -> None:
        if wanted.began:
            self.values["began"] = wanted.began
            self.looked.append("began_by = %(began)s")
        if wanted.errors:
            self.looked.append(
                "(error <> '' OR EXISTS (SELECT FROM flow_step s WHERE s.flow_id = e.flow_id "
                "AND s.execution_id = e.id AND s.error <> ''))"
            )
        if wanted.node:
            self.values["node"] = wanted.node
            self.looked.append(
                "EXISTS (SELECT FROM flow_step s WHERE s.flow_id = e.flow_id AND s.node = %(node)s "
                "AND s.execution_id = e.id)"
                if wanted.place == "through"
                else "state->>'at' = %(node)s"
            )

    def rows(self) -> list[tuple[int, datetime]]:
        """Id and start of each, one more than a page has."""
        return self._ask(
            f"{self._source()} SELECT found.id, found.started_at FROM unnest(%(flows)s::bigint[]) AS f(id) "
            f"CROSS JOIN LATERAL (SELECT e.id, e.started_at FROM ({self._look('*')} LIMIT %(look)s) e "
            f"WHERE {' AND '.join(self.looked) or 'true'} "
            f"ORDER BY e.started_at {self.order}, e.id {self.order} LIMIT %(size)s) found "
            f"ORDER BY found.started_at {self.order}, found.id {self.order} LIMIT %(size)s"
        )

    def end_of_look(self) -> Key | None:
        """Where the look ended without having seen all there is; of several flows where the first of them did."""
        ends = self._ask(
            f"{self._source()} SELECT e.id, e.started_at FROM unnest(%(flows)s::bigint[]) AS f(id) "
            f"CROSS JOIN LATERAL ({self._look('id, started_at')} OFFSET %(look)s - 1 LIMIT 1) e "
            f"ORDER BY e.started_at {self.order}, e.id {self.order} LIMIT 1"
        )
        return Key(ends[0][1], ends[0][0]) if ends else None

    def _source(self) -> str:
        if not self.by_contact:
            return ""
        # A contact has few runs: they are taken first, and only they are looked at.
        return "WITH mine AS MATERIALIZED (SELECT * FROM flow_execution WHERE contact_id = ANY(%(contacts)s)) "

    def _look(self, columns: str) -> str:
        return (
            f"SELECT {columns} FROM {'mine' if self.by_contact else 'flow_execution'} "
            f"WHERE {' AND '.join(self.known)} ORDER BY started_at {self.order}, id {self.order}"
        )

    def _ask(self, sql: str) -> list[tuple[int, datetime]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, self.values)
            return list(cursor.fetchall())


def counts(flow_ids: Sequence[int], wanted: Wanted) -> dict[str, int]:
    """How many runs there are by status in the days asked for; more than MOST_COUNTED are not counted."""
    asked = _Asked(flow_ids, Wanted(since=wanted.since, until=wanted.until, zone=wanted.zone), None, up=False, size=0)
    days = " AND ".join(condition for condition in asked.known[1:]) or "true"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.status, (SELECT count(*) FROM (SELECT FROM flow_execution "
            f"WHERE flow_id = ANY(%(flows)s) AND status = s.status AND {days} LIMIT %(most)s) few) "
            "FROM unnest(%(statuses)s::text[]) AS s(status)",
            {**asked.values, "statuses": list(STATUSES), "most": MOST_COUNTED + 1},
        )
        return dict(cursor.fetchall())
