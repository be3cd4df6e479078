"""FR-RM-003: days and times in words, at another day than that of the lists."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from crm.bookings.answers.reading import Asked, Kind, read

# A Thursday, 23:30 in Madrid while it is still Thursday afternoon in São Paulo.
LATE = datetime(2027, 1, 28, 22, 30, tzinfo=UTC)
MADRID = Asked(LATE, ZoneInfo("Europe/Madrid"), datetime(2027, 1, 30, 9, tzinfo=UTC), "pt")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("pode ser quinta?", ["2027-02-04"]),  # said on a Thursday: the next one
        ("pode ser sexta?", ["2027-01-29"]),
        ("pode ser amanhã às 11h?", ["2027-01-29"]),
        ("pode ser dia 31?", ["2027-01-31"]),
        ("pode ser dia 27?", ["2027-02-27"]),
        ("pode ser dia 30 de março?", ["2027-03-30"]),
        ("pode ser mês que vem?", [f"2027-02-{day:02}" for day in range(1, 29)]),
        ("pode ser 29/02?", None),  # no such day
        ("pode ser dia 27 de janeiro?", []),  # over
        ("pode ser 01/02/2026?", []),
        ("pode ser 01/02/27?", ["2027-02-01"]),
        ("pode ser 31/12/9999?", None),  # no such year
        ("pode ser 31/12/0101?", None),
        ("pode ser 15/06/2027 ou 20/05/9990?", None),
    ],
)
def test_days(text: str, days: list[str] | None) -> None:
    """FR-RM-003: a day is the next one of its name; what is over is said to be over; no such day is unclear."""
    got = read(text, MADRID)
    if days is None:
        assert got.kind is Kind.UNCLEAR
        return
    assert got.kind is Kind.RESCHEDULE
    assert got.wish.days == tuple(map(date.fromisoformat, days))
    assert got.wish.is_past is (not days)


def test_today_is_the_salons() -> None:
    """FR-RM-003: what is tomorrow hangs on the salon's zone."""
    there = Asked(LATE, ZoneInfo("Asia/Tokyo"), MADRID.booked, "pt")
    assert read("pode ser amanhã às 11h?", there).wish.days == (date(2027, 1, 30),)


def test_without_a_visit_dates_say_nothing_of_it() -> None:
    """FR-RM-003: "sim, sexta" confirms only the visit of that day."""
    assert read("sim, sábado", MADRID).kind is Kind.CONFIRM
    assert read("sim, sexta", MADRID).kind is Kind.UNCLEAR
    assert read("sim, sábado", Asked(LATE, MADRID.zone, None, "pt")).kind is Kind.UNCLEAR


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "sim" * 400, "💥" * 50, "٣", "sim\u202e", "<b>sim</b>", "1/2/3/4", "ſim?"]
)
def test_odd_texts_are_unclear(text: str) -> None:
    """FR-RM-003: whatever is no plain answer is asked again."""
    assert read(text, MADRID).kind is Kind.UNCLEAR
