"""FR-RM-001, FR-RM-005, I21: when reminders are due, around every change of the clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.bookings.reminders.planning import LATEST, due_at, is_quiet

# Both changes of 2026 (or of the last year with one) in six zones: the local day after which the clock is another.
CHANGES = {
    "America/New_York": ((2026, 3, 8), (2026, 11, 1)),
    "Europe/Madrid": ((2026, 3, 29), (2026, 10, 25)),
    "Europe/London": ((2026, 3, 29), (2026, 10, 25)),
    "Australia/Lord_Howe": ((2026, 10, 4), (2026, 4, 5)),
    "America/Santiago": ((2026, 9, 6), (2026, 4, 5)),
    "Asia/Beirut": ((2026, 3, 29), (2026, 10, 25)),
}
CLOCKS = (time(0, 30), time(2, 30), time(15, 0))
CASES = [(zone, day, clock) for zone, days in CHANGES.items() for day in days for clock in CLOCKS]
NIGHT = (time(21), time(8))


def test_there_are_36() -> None:
    """I21: 36 fixed cases."""
    assert len(CASES) == 36


@pytest.mark.parametrize(("zone", "day", "clock"), CASES)
@pytest.mark.parametrize("ahead", [0, 1])
def test_a_day_before_is_the_same_wall_clock(zone: str, day: tuple[int, int, int], clock: time, ahead: int) -> None:
    """I21: the clock shows the same on the day before, also where there were 23, 24½ or 25 hours in between."""
    tz = ZoneInfo(zone)
    visit = datetime.combine(datetime(*day) + timedelta(days=ahead), clock, tz)
    starts = visit.astimezone(UTC)
    shown = starts.astimezone(tz)
    due = due_at({"days": 1}, starts, tz)
    assert due is not None
    local = due.astimezone(tz)
    assert local.date() == shown.date() - timedelta(days=1) or not _exists(shown - timedelta(days=1), tz)
    if _exists(shown - timedelta(days=1), tz):
        assert local.replace(tzinfo=None) == (shown - timedelta(days=1)).replace(tzinfo=None)
        assert local.fold == 0
    assert due_at({"hours": 2}, starts, tz) == starts - timedelta(hours=2)
    assert timedelta(hours=22) < starts - due < timedelta(hours=26)


@pytest.mark.parametrize(("zone", "day", "clock"), CASES)
def test_never_at_night_and_never_after_the_visit(zone: str, day: tuple[int, int, int], clock: time) -> None:
    """FR-RM-005: quiet hours are kept, whatever the clock does that night."""
    tz = ZoneInfo(zone)
    for hours in range(24):
        starts = datetime.combine(datetime(*day), clock, tz).astimezone(UTC) + timedelta(hours=hours)
        for rule in ({"days": 1}, {"hours": 2}, {"hours": 12}):
            due = due_at(rule, starts, tz, NIGHT, (time(12), time(13)))
            assert due is not None
            assert not is_quiet(NIGHT, due, tz)
            assert not is_quiet((time(12), time(13)), due, tz)
            assert due <= starts - LATEST
            assert starts - due < timedelta(hours=48)


def test_no_moment_is_left() -> None:
    """FR-RM-005: two quiet spans over the whole day leave none."""
    starts = datetime(2026, 12, 2, 18, tzinfo=UTC)
    assert due_at({"hours": 2}, starts, ZoneInfo("UTC"), (time(0), time(12)), (time(12), time(0))) is None


def _exists(local: datetime, tz: ZoneInfo) -> bool:
    naive = local.replace(tzinfo=None)
    there = naive.replace(tzinfo=tz).astimezone(UTC).astimezone(tz)
    return there.replace(tzinfo=None) == naive
