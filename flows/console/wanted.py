"""Which runs a person wants to see: the filters of the list, as they stand in its address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from flows.models import FlowExecution

# Where a step chosen beside it stands in a run.
PLACES = ("through", "waiting", "failed")
LONGEST = 120


@dataclass(frozen=True)
class Wanted:
    """Empty is all of them. Days are the salon's, both included."""

    status: str = ""
    version: int | None = None
    began: str = ""
    since: date | None = None
    until: date | None = None
    errors: bool = False
    node: str = ""
    place: str = ""
    search: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    @property
    def begins_at(self) -> datetime | None:
        """The first moment of the first day."""
        return datetime.combine(self.since, time(), self.zone) if self.since else None

    @property
    def ends_before(self) -> datetime | None:
        """The first moment after the last day."""
        return datetime.combine(self.until + timedelta(days=1), time(), self.zone) if self.until else None

    @property
    def is_narrow(self) -> bool:
        """Whether more than flow, status and days is asked for."""
        return bool(self.version or self.began or self.errors or self.node or self.search)

    @property
    def is_any(self) -> bool:
        """Whether something is asked for at all."""
        return self.is_narrow or bool(self.status or self.since or self.until)

    def query(self) -> dict[str, str]:
        """As it stands in an address."""
        found = {
            "status": self.status,
            "version": str(self.version or ""),
            "began": self.began,
            "from": self.since.isoformat() if self.since else "",
            "to": self.until.isoformat() if self.until else "",
            "errors": "1" if self.errors else "",
            "place": self.place if self.node else "",
            "node": self.node,
            "search": self.search,
        }
        return {name: value for name, value in found.items() if value}


def wanted_from(query: Mapping[str, str]) -> Wanted:
    """What the address asks for; what cannot be understood is not asked for."""
    status, version = query.get("status", ""), query.get("version", "")
    node, place = query.get("node", "").strip()[:60], query.get("place", "")
    zone = timezone.get_current_timezone()
    return Wanted(
        status=status if status in FlowExecution.Status.values else "",
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,
        began=query.get("began", "").strip()[:30],
        since=day_from(query.get("from", "")),
        until=day_from(query.get("to", "")),
        errors=query.get("errors", "") == "1",
        node=node.replace("\0", ""),
        place=place if place in PLACES else "through",
        search=query.get("search", "").strip()[:LONGEST].replace("\0", ""),
        zone=zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC"),
    )


def day_from(text: str) -> date | None:
    """A day as 2026-12-24; None for anything else, and for days no calendar of ours reaches."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 < day.year < 3000 else None
