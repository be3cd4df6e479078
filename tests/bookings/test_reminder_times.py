"""FR-RM-001, FR-RM-005, I21: when a reminder is due, on days on which the clock changes too."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.bookings.reminders import due_at

ZONES = {
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "America/Santiago": ("2026-09-06", "2026-04-05"),
    "Australia/Lord_Howe": ("2026-10-04", "2026-04-05"),
    "Australia/Sydney": ("2026-10-04", "2026-04-05"),
    "Africa/Cairo": ("2026-04-24", "2026-10-29"),
}
# Both changes in six zones; the visit on the day itself, on the day after, and the reminder on the day before.
CASES = [(zone, day, after) for zone, days in ZONES.items() for day in days for after in (0, 1, 2)]


@pytest.mark.parametrize(("name", "day", "after"), CASES)
def test_a_day_before_is_the_same_wall_clock_and_two_hours_are_two_hours(name: str, day: str, after: int) -> None:
    zone = ZoneInfo(name)
    visit = datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=zone) + timedelta(days=after)
    due = due_at({"days": 1}, visit.astimezone(UTC), zone)
    assert due is not None
    assert due.astimezone(zone).replace(tzinfo=None) == visit.replace(tzinfo=None) - timedelta(days=1)
    assert due_at({"hours": 2}, visit.astimezone(UTC), zone) == visit.astimezone(UTC) - timedelta(hours=2)


@pytest.mark.parametrize(
    ("rule", "visit", "expected"),
    [({"days": 1}, "2026-11-20T10:00", "2026-11-19T10:00"),
     ({"days": 1}, "2026-11-20T07:00", "2026-11-19T08:00"),
     ({"days": 1}, "2026-11-20T23:00", "2026-11-20T08:00"),
     ({"hours": 2}, "2026-11-20T09:00", "2026-11-20T08:00"),
     ({"hours": 2}, "2026-11-20T08:10", "2026-11-19T21:59")],
)  # fmt: skip
def test_quiet_hours_are_left_alone(rule: dict[str, int], visit: str, expected: str) -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    moment = datetime.fromisoformat(visit).replace(tzinfo=zone)
    due = due_at(rule, moment, zone, (time(22), time(8)))
    assert due is not None
    assert due.astimezone(zone).strftime("%Y-%m-%dT%H:%M") == expected
