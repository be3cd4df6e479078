"""BK-001: nobody makes availability look at years in which nobody may book."""

from datetime import date
from typing import Any

import pytest

from crm.bookings import asking
from crm.bookings.availability.types import Reason, Span
from crm.bookings.availability.wall import minute_of
from crm.bookings.catalogue import catalogue
from crm.bookings.reading import Taken, now_minute, taken
from ops.salon import inside
from tests.bookings.conftest import Chair


@pytest.mark.parametrize("rules", [asking.GUEST, asking.STAFF, asking.OVERRIDE])
def test_days_far_away_are_not_walked(chair: Chair, rules: asking.Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    windows: list[Span] = []
    real = asking.window

    def seen(*given: Any) -> Span:
        windows.append(real(*given))
        return windows[-1]

    monkeypatch.setattr(asking, "window", seen)
    with inside(chair.salon_id):
        asked = asking.Asked((asking.wish(catalogue(), chair.cut.pk, (chair.ana.pk,)),), rules)
        for first, last in ((date.min, date(1500, 1, 1)), (date(8000, 1, 1), date.max)):
            assert asking.slots(asked, first, last) == []
        assert asking.at(asked, minute_of(chair.at("10:00")) + 5000 * 525_600) == []
        assert asking.nearest(asked, now_minute() + 5000 * 525_600) == []
        assert asking.at(asked, minute_of(chair.at("10:00")))
    assert all(end - start < 60 * 1440 for start, end in windows)


def test_a_moment_out_of_reach_says_so_without_a_look(chair: Chair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "window", None)
    with inside(chair.salon_id):
        asked = asking.Asked((asking.wish(catalogue(), chair.cut.pk, ()),))
        far = asking.why_not(asked, now_minute() + 7000 * 525_600)
        soon = asking.why_not(asked, now_minute() - 900 * 525_600)
    assert [one.reason for one in (*far, *soon)] == [Reason.TOO_FAR, Reason.TOO_SOON]


def test_bk_004_all_visits_of_a_series_are_looked_at_by_one_reading(
    chair: Chair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As exactly as one by one."""
    chair.book("10:30")
    reads: list[Any] = []

    def seen(*given: Any, **more: Any) -> Taken:
        reads.append(given)
        return taken(*given, **more)

    monkeypatch.setattr(asking, "taken", seen)
    with inside(chair.salon_id):
        asked = asking.Asked((asking.wish(catalogue(), chair.cut.pk, (chair.ana.pk,)),), asking.STAFF)
        starts = [minute_of(chair.at(at, days=7 * week)) for week in range(52) for at in ("10:00", "22:00")]
        found = asking.why_none(asked, [*starts, now_minute() - 900 * 525_600])
        assert len(reads) == 1
        assert found[:4] == [asking.why_not(asked, start) for start in starts[:4]]
    reasons = [[one.reason for one in why] for why in found]
    assert reasons[:3] == [[Reason.BUSY], [Reason.NOT_WORKING], []]
    assert reasons[-1] == [Reason.TOO_SOON]
