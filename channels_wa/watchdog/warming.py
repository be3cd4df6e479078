"""Warm-up (WA-014): how many talks a new number may begin on each of its days.

A day is 24 hours, counted from when the number was connected; so what waits for the next day leaves at an hour at
which somebody was at work. A number with no `warm_up_started_at` is warm.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# The guests whom a number may begin to write to on its first day, its second …; then it is warm. Meta starts new
# portfolios at 250 (WHATSAPP.md §4) and looks at how guests take the first messages.
SCHEDULE: Final = (50, 100, 250, 500, 1_000, 2_000, 5_000, 10_000)
DAY: Final = timedelta(hours=24)
# Of a day: stays for reminders and people while a campaign runs.
CAMPAIGN_LEAVES: Final = 0.2


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a number that warms up stands."""

    day: int
    """From 1."""
    cap: int
    ends_at: datetime

    def cap_for(self, purpose: str) -> int:
        """How many guests in all there may be today for a message of this purpose."""
        return self.cap - int(self.cap * CAMPAIGN_LEAVES) if purpose == "marketing" else self.cap


def stage(started_at: datetime | None, now: datetime) -> Stage | None:
    """Where it stands; None when it is warm."""
    if started_at is None:
        return None
    day = max(0, (now - started_at) // DAY)
    if day >= len(SCHEDULE):
        return None
    return Stage(day + 1, SCHEDULE[day], started_at + DAY * (day + 1))


def within_limit(at: Stage, *, limit: int | None, used_by_others: int) -> Stage:
    """The stage as far as the portfolio's messaging limit leaves room: Meta counts all its numbers together."""
    if limit is None:
        return at
    return Stage(at.day, max(0, min(at.cap, limit - used_by_others)), at.ends_at)
