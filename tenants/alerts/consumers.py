"""The socket of alerts, on every page: what is raised while one looks, what is over, and how many are open.

Messages: `{"kind": "open", "alerts": […]}` first, then `{"kind": "alert", …}` for each that is raised or became worse
and `{"kind": "cleared", "id": …}` for each that is over; `{"kind": "count"}` when somebody takes care of one. Each has
`count`, the bell as `html`, and `seq`, the newest that the page has: it comes back with it as ?after= and gets what it
missed.
"""

import asyncio
from typing import Any

from django.template.loader import render_to_string

from portal.frame.rendering import as_on_a_page, language_of
from tenants.access.roles import Permission
from tenants.access.sockets import SalonConsumer
from tenants.alerts.actions import TOPIC
from tenants.alerts.models import RANKS, Alert, Level
from tenants.alerts.queries import bell, open_alerts
from tenants.salons.models import Salon


class AlertsConsumer(SalonConsumer):
    """Each socket reads in its own language."""

    permission = Permission.ALERTS_SEE

    async def topics(self) -> list[str]:
        """All alerts of the salon."""
        return [TOPIC]

    async def joined(self) -> None:
        """Send what is open, and what the page missed."""
        self.newest = self.asked_after or 0
        self.language = language_of(self.scope)
        self.time_zone = await self.in_salon(
            lambda: Salon.objects.values_list("time_zone", flat=True).get(pk=self.salon_id)
        )
        self.known: dict[int, tuple[str, int]] = {}
        self.count = -1
        self._busy = asyncio.Lock()
        await self.look(first=True)
        self.keep_looking()

    async def live(self, event: dict[str, Any]) -> None:
        """Something changed."""
        await self.look()

    async def look(self, *, first: bool = False) -> None:
        """Send what differs from what the page has."""
        async with self._busy:
            for message in await self.in_salon(lambda: self._news(first=first)):
                await self.send_json(message)

    def _news(self, *, first: bool) -> list[dict[str, Any]]:
        """What differs from what the page has; called inside the salon."""
        with as_on_a_page(language=self.language, time_zone=self.time_zone):
            alerts, ringing = open_alerts(self.member_id), bell(self.member_id)
            there = {alert.pk: (str(alert.public_id), RANKS[Level(alert.level)]) for alert in alerts}
            fresh = [alert for alert in reversed(alerts) if self._is_news(alert, first=first)]
            gone = [public_id for pk, (public_id, _rank) in self.known.items() if pk not in there]
            is_other = ringing.count != self.count
            self.known, self.count = there, ringing.count
            self.newest = max(self.newest, ringing.newest)
            if not (first or fresh or gone or is_other):
                return []
            shared = {
                "seq": self.newest,
                "count": ringing.count,
                "html": render_to_string("alerts/bell_parts.html", {"alert_bell": ringing}).strip(),
            }
            messages: list[dict[str, Any]] = []
            if first:
                messages.append({"kind": "open", "alerts": [as_json(alert) for alert in alerts], **shared})
            messages += [{"kind": "alert", **as_json(alert), **shared} for alert in fresh]
            messages += [{"kind": "cleared", "id": public_id, **shared} for public_id in gone]
            if not messages and is_other:
                messages.append({"kind": "count", **shared})
            return messages

    def _is_news(self, alert: Alert, *, first: bool) -> bool:
        if first:
            return alert.pk > self.newest
        return alert.pk not in self.known or RANKS[Level(alert.level)] > self.known[alert.pk][1]


def as_json(alert: Alert) -> dict[str, Any]:
    """An alert in the active language."""
    return {
        "id": str(alert.public_id),
        "alert": alert.kind,
        "level": alert.level,
        "title": alert.title_words,
        "text": alert.text_words,
        "link": alert.link,
        "link_text": alert.link_text if alert.link else "",
        "opened_at": alert.opened_at.isoformat(),
        "is_acknowledged": alert.acknowledged_at is not None,
    }
