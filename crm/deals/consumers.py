"""The socket of an open board: which cards are otherwise now.

Messages: `{"kind": "deals", "deals": [[id, version, pipeline id], …], "seq": …}`, where version 0 is "whatever you
have", and `{"kind": "boards"}`: read all of it anew. `seq` comes back as ?after= when the socket was lost.
"""

import time
from typing import Any

from crm.deals.live import MOST_NEWS, TOPIC, Latest, as_message, latest
from crm.deals.rights import visible_deals
from crm.deals.sharing import PIPELINE
from crm.inbox.rights import sees_own_only
from ops.live.shared import Shared
from tenants.access.roles import Permission
from tenants.access.sockets import SalonConsumer
from tenants.sharing.queries import sight_of

# A change is seen when it commits, which may be this long after the moment it carries.
LATE = 10 * 1_000_000

# One look of each moment serves all boards of the salon.
_latest: "Shared[list[Latest]]" = Shared(SalonConsumer.look_s)


class DealsConsumer(SalonConsumer):
    """Hands on ids; the page asks for the cards, and gets those that its person may see."""

    permission = Permission.DEALS_SEE
    shared = PIPELINE

    async def topics(self) -> list[str]:
        """All deals of the salon."""
        return [TOPIC]

    def sight(self) -> tuple[Any, ...]:
        """Of which pipelines."""
        return sight_of(self.member, PIPELINE)

    async def see_anew(self) -> None:
        """All of the board."""
        await self.send_json({"kind": "boards"})

    async def joined(self) -> None:
        """Send what the page missed, and keep looking."""
        self.newest = self.asked_after or 0
        self.told: dict[str, int] = {}
        if "again" in self.query:
            # What is to be done has no number of its own: after a lost socket the board reads itself anew.
            await self.send_json({"kind": "boards"})
        await self._compare(await self.in_salon(latest))
        self.keep_looking()

    async def live(self, event: dict[str, Any]) -> None:
        """Something changed."""
        message = event["message"]
        for deal, version, _pipeline in message.get("deals", []):
            self.told[deal] = max(version, self.told.get(deal, 0))
        self.newest = max(self.newest, message.get("seq", 0))
        await self._tell(message)

    async def _tell(self, message: dict[str, Any]) -> None:
        """Of deals that are out of their sight somebody whom a rule may bind learns nothing, not even the ids."""
        deals = message.get("deals")
        if deals and (self.seen or not self.may(Permission.INBOX_MANAGE)):
            seen = await self.in_salon(lambda: self._seen([deal for deal, _version, _pipeline in deals]))
            message = {**message, "deals": [one for one in deals if one[0] in seen]}
        if deals is None or message["deals"]:
            await self.send_json(message)

    def _seen(self, deals: list[str]) -> set[str]:
        who = self.member
        if not self.seen and not sees_own_only(who):
            return set(deals)
        return set(map(str, visible_deals(who).filter(public_id__in=deals).values_list("public_id", flat=True)))

    async def look(self) -> None:
        """Once of each moment for all boards of the salon."""
        key = (self.salon_id, int(time.monotonic() / self.look_s))
        await self._compare(await _latest.get(key, lambda: self.in_salon(latest)))

    async def _compare(self, rows: list[Latest]) -> None:
        """Send what differs from what the page was told."""
        since = self.newest - LATE
        fresh = [row for row in rows if row.seq > since and self.told.get(row.deal, 0) < row.version]
        self.newest = max([self.newest, *(row.seq for row in rows)])
        # What is not among the newest any more is not asked about again either.
        self.told = {row.deal: row.version for row in rows}
        if len(fresh) > MOST_NEWS:
            await self.send_json({"kind": "boards", "seq": self.newest})
        elif fresh:
            await self._tell(as_message(fresh))
