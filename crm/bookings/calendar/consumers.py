"""The socket of an open calendar: that something is otherwise now.

Messages: `{"kind": "calendar", "changed": [[id, version], …], "all": false}`, and when the socket opens the same with
`"seq"`, the number of the newest change: a calendar that was read before it reads itself anew.
"""

import time
from typing import Any

from crm.bookings.calendar.live import MOST_NEWS, TOPIC, Latest, latest
from crm.bookings.rights import calendars_seen, visible_bookings, visible_professionals
from crm.bookings.sharing import CALENDAR
from ops import clock
from ops.live.shared import Shared
from tenants.access.roles import Permission
from tenants.access.sockets import SalonConsumer

# One look of each moment serves all calendars of the salon.
_latest: "Shared[list[Latest]]" = Shared(SalonConsumer.look_s)


class CalendarConsumer(SalonConsumer):
    """Hands on ids; the page reads its days anew, and gets what its person may see."""

    permission = Permission.BOOKINGS_SEE
    shared = CALENDAR

    def sight(self) -> tuple[Any, ...]:
        """Whose calendars."""
        self.calendars = calendars_seen(self.member)
        return (self.calendars.only, self.calendars.closed)

    async def see_anew(self) -> None:
        """All of the days that are shown."""
        await self.send_json(_message([], everything=True))

    async def topics(self) -> list[str]:
        """The salon's whole calendar."""
        return [TOPIC]

    async def joined(self) -> None:
        """Say how new the calendar is, and keep looking."""
        rows = await self.in_salon(latest)
        self.told = {row.subject: row.version for row in rows}
        self.offset = clock.offset()
        await self.send_json(_message([], seq=max((row.seq for row in rows), default=0)))
        self.keep_looking()

    async def live(self, event: dict[str, Any]) -> None:
        """Something changed."""
        message = event["message"]
        for row in message["news"]:
            self.told[row["id"]] = max(row["version"], self.told.get(row["id"], 0))
        if message["all"]:
            await self.send_json(_message([], everything=True))
        elif rows := await self._seen(message["news"]):
            await self.send_json(_message([[row["id"], row["version"]] for row in rows]))

    async def look(self) -> None:
        """Once of each moment for all calendars of the salon; and whether the demo's clock was moved."""
        key = (self.salon_id, int(time.monotonic() / self.look_s))
        rows = await _latest.get(key, lambda: self.in_salon(latest))
        fresh = [row for row in rows if self.told.get(row.subject, 0) < row.version]
        self.told = {row.subject: row.version for row in rows}
        was, self.offset = self.offset, clock.offset()
        if len(fresh) > MOST_NEWS or abs((self.offset - was).total_seconds()) > 1:
            await self.send_json(_message([], everything=True))
        elif fresh:
            # Whose it was is not known here; that something changed somewhere says nothing of it.
            await self.send_json(_message([]))

    async def _seen(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Of what is in nobody's column that they may see they learn nothing."""
        if self.calendars.is_all:
            return rows
        found: list[dict[str, Any]] = await self.in_salon(lambda: self._among(rows))
        return found

    def _among(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        who = self.member
        own = dict(visible_professionals(who).values_list("pk", "public_id"))
        refs = {str(ref) for ref in own.values()}
        ids = [row["id"] for row in rows]
        seen = set(map(str, visible_bookings(who).filter(public_id__in=ids).values_list("public_id", flat=True)))
        return [row for row in rows if row["id"] in seen or row.get("resource") in own or refs & set(row["people"])]


def _message(changed: list[list[Any]], *, everything: bool = False, seq: int | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"kind": "calendar", "changed": changed, "all": everything}
    return made if seq is None else made | {"seq": seq}
