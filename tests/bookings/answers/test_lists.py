"""FR-RM-003: what guests write to a reminder. The lists stand beside this file."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crm.bookings.answers.reading import Answer, Asked, read
from crm.bookings.answers.when import Wish

ZONE = ZoneInfo("America/Sao_Paulo")
# A Tuesday, 11:00 there; the visit is on Wednesday at three.
ASKED = Asked(datetime(2026, 12, 1, 14, tzinfo=UTC), ZONE, datetime(2026, 12, 2, 18, tzinfo=UTC))
LANGUAGES = ("pt", "en", "es")


def cases(language: str) -> list[tuple[str, str, str]]:
    found, kind = [], ""
    for line in Path(__file__).with_name(f"{language}.txt").read_text().splitlines():
        if line.startswith("# "):
            kind = line[2:]
        elif line:
            text, _arrow, wish = line.partition(" => ")
            found.append((text, "unclear", "") if wish == "unclear" else (text, kind, wish))
    return found


def ask(text: str, language: str) -> Answer:
    return read(text, Asked(ASKED.now, ASKED.zone, ASKED.booked, language))


def wish_of(said: str) -> Wish:
    if said == "past":
        return Wish(is_past=True)
    days = [date.fromisoformat(day) for day in re.findall(r"\d{4}-\d\d-\d\d", said)]
    if ".." in said:
        days = [date.fromordinal(day) for day in range(days[0].toordinal(), days[-1].toordinal() + 1)]
    times = [int(hour) * 60 + int(minute) for hour, minute in re.findall(r"(\d\d):(\d\d)", said)]
    if len(times) == 2:
        return Wish(tuple(days), from_minute=times[0], to_minute=times[1])
    return Wish(tuple(days), times[0] if times else None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_wrong_change(language: str) -> None:
    """FR-RM-003: nothing of the list is taken for something else."""
    wrong = [
        (text, kind, str(got.kind))
        for text, kind, _wish in cases(language)
        if (got := ask(text, language)).kind not in (kind, "unclear")
    ]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_everyday_answers_are_understood(language: str) -> None:
    """FR-RM-003: nothing clear of the list is asked again, and its date is understood."""
    missed = [
        (text, kind, str(got.kind))
        for text, kind, _wish in cases(language)
        if (got := ask(text, language)).kind != kind
    ]
    assert not missed
    dates = [
        (text, wish, ask(text, language).wish)
        for text, _kind, wish in cases(language)
        if wish and not _same(ask(text, language).wish, wish)
    ]
    assert not dates


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_foreign_guest_is_never_misread(language: str) -> None:
    """FR-RM-003: read in the tables of another language first, the lists change nothing wrongly either."""
    wrong = [
        (other, text, kind, str(got.kind))
        for other in LANGUAGES
        for text, kind, _wish in cases(other)
        if (got := ask(text, language)).kind not in (kind, "unclear")
    ]
    assert not wrong


def test_the_lists_are_long() -> None:
    """FR-RM-003: at least 150 sentences per language, 50 of them unclear."""
    for language in LANGUAGES:
        listed = cases(language)
        assert len({text for text, _kind, _wish in listed}) >= 150
        assert sum(kind == "unclear" for _text, kind, _wish in listed) >= 50


def _same(got: Wish, wish: str) -> bool:
    expected = wish_of(wish)
    if expected.is_past:
        return got.is_past
    return not got.is_past and (got.days, got.minute, got.from_minute, got.to_minute) == (
        expected.days,
        expected.minute,
        expected.from_minute,
        expected.to_minute,
    )
