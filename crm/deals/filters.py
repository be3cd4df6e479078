"""Which deals a board or a list shows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from crm.contacts.search import search
from crm.deals.models import Deal, Stage
from ops import clock
from tenants.members.models import Member

LONGEST_SEARCH = 80
MINE, NOBODY = "me", "none"
NO_DAY = "none"
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class DealFilter:
    """What was asked for; empty: all."""

    owner: str = ""
    tag: str = ""
    rot: bool = False
    month: bool = False
    search: str = ""
    # Of a number of the forecast: "2026-11", or NO_DAY; in which month a deal ended; how; why it was lost.
    expected: str = ""
    closed: str = ""
    state: str = ""
    reason: str = ""

    @classmethod
    def read(cls, given: QueryDict) -> "DealFilter":
        """From the address of a page; what makes no sense is not asked for."""
        owner = given.get("owner", "")
        return cls(
            owner=owner if owner in (MINE, NOBODY) or _is_id(owner) else "",
            tag=given.get("tag", "")[:40],
            rot=given.get("rot") == "1",
            month=given.get("month") == "1",
            search=given.get("search", "").strip()[:LONGEST_SEARCH].replace("\x00", ""),
            expected=expected if (expected := given.get("expected", "")) == NO_DAY or _is_month(expected) else "",
            closed=closed if _is_month(closed := given.get("closed", "")) else "",
            state=state if (state := given.get("state", "")) in Stage.Kind.values else "",
            reason=given.get("reason", "")[:80].replace("\x00", ""),
        )

    def query(self) -> dict[str, str]:
        """The same as a query of an address."""
        given: dict[str, Any] = {
            "search": self.search, "owner": self.owner, "tag": self.tag, "rot": self.rot and "1",
            "month": self.month and "1", "expected": self.expected, "closed": self.closed, "state": self.state,
            "reason": self.reason,
        }  # fmt: skip
        return {name: str(value) for name, value in given.items() if value}

    @property
    def counted(self) -> dict[str, str]:
        """The part of the address that a number of the forecast led here with."""
        return {
            name: value for name, value in self.query().items() if name in ("expected", "closed", "state", "reason")
        }

    @property
    def counted_month(self) -> date | None:
        """The month that the number was of."""
        found = self.closed or (self.expected if self.expected != NO_DAY else "")
        return date.fromisoformat(f"{found}-01") if found else None

    def apply(self, deals: QuerySet[Deal], stages: Sequence[Stage], me: Member) -> QuerySet[Deal]:
        """The deals that fit."""
        if self.owner == NOBODY:
            deals = deals.filter(owner=None)
        elif self.owner:
            deals = deals.filter(owner=me) if self.owner == MINE else deals.filter(owner__public_id=self.owner)
        if self.tag:
            deals = deals.filter(contact__tags__contains=[self.tag])
        if self.rot:
            deals = deals.filter(rotten(stages))
        if self.month:
            first, following = month_of(today())
            deals = deals.filter(expected_on__gte=first, expected_on__lt=following)
        if self.counted:
            deals = deals.filter(self._counted())
        if self.search:
            deals = deals.filter(Q(title__icontains=self.search) | Q(contact__in=search(self.search).values("pk")))
        return deals

    def _counted(self) -> Q:
        found, months = Q(), self.counted_month and month_of(self.counted_month)
        if self.state:
            found &= Q(stage__kind=self.state) & Q(closed_at__isnull=self.state == Stage.Kind.OPEN)
        if self.reason:
            found &= Q(lost_reason=self.reason)
        if self.expected == NO_DAY:
            found &= Q(expected_on=None)
        elif self.expected and months:
            found &= Q(expected_on__gte=months[0], expected_on__lt=months[1])
        if self.closed and months:
            first, following = (timezone.make_aware(datetime.combine(day, time())) for day in months)
            found &= Q(closed_at__gte=first, closed_at__lt=following)
        return found


def rotten(stages: Sequence[Stage]) -> Q:
    """Deals that have stayed in their stage for too long."""
    found, now = Q(pk=None), clock.now()
    for stage in stages:
        if stage.rot_days and stage.kind == Stage.Kind.OPEN:
            found |= Q(stage=stage, stage_since__lt=now - timedelta(days=stage.rot_days))
    return found


def today() -> date:
    """The salon's day."""
    return timezone.localtime(clock.now()).date()


def month_of(day: date) -> tuple[date, date]:
    """The first day of its month, and of the one that follows."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def _is_month(text: str) -> bool:
    return bool(_MONTH.fullmatch(text)) and text >= "1900"


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
