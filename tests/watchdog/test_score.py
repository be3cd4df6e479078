"""WA-013: the score is a table over facts; each line of it has a test."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_wa.watchdog.policy import POLICIES, advice, short, text, title, why
from channels_wa.watchdog.reasons import PAUSE_BELOW, SLOW_BELOW, Code, Counts, Facts, Reason, score

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def facts(**known: Any) -> Facts:
    return Facts(now=NOW, **known)


CASES: list[tuple[str, Facts, int, list[Code], bool]] = [
    ("nothing is known", facts(), 100, [], False),
    ("all is well", facts(quality="GREEN", hour=Counts(100), day=Counts(900)), 100, [], False),
    ("it is stopped", facts(stopped_reason="190: expired"), 0, [Code.STOPPED], True),
    ("the account is restricted", facts(account_status="ACCOUNT_RESTRICTION"), 20, [Code.ACCOUNT], True),
    ("quality is yellow", facts(quality="YELLOW"), 75, [Code.QUALITY_YELLOW], False),
    ("quality is red", facts(quality="RED"), 40, [Code.QUALITY_RED], True),
    ("spam an hour ago", facts(spam_at=NOW - HOUR), 40, [Code.SPAM], True),
    ("spam two days ago", facts(spam_at=NOW - 2 * DAY), 100, [], False),
    ("9 % fail", facts(hour=Counts(100, 9)), 100, [], False),
    ("10 % fail", facts(hour=Counts(100, 10)), 85, [Code.FAILURES], False),
    ("25 % fail", facts(hour=Counts(100, 25)), 70, [Code.FAILURES], False),
    ("half fail", facts(hour=Counts(20, 10)), 45, [Code.FAILURES], True),
    ("3 of 5 fail", facts(hour=Counts(5, 3)), 75, [Code.FAILURES], False),
    ("4 of 4 fail", facts(hour=Counts(4, 4)), 100, [], False),
    ("it failed in the morning", facts(hour=Counts(3, 0), day=Counts(100, 80)), 100, [], False),
    ("it fails a little all day", facts(hour=Counts(3, 1), day=Counts(100, 30)), 85, [Code.FAILURES], False),
    ("5 % of the guests stop offers", facts(day=Counts(100, stopped=5)), 45, [Code.STOPS], True),
    ("2 % of the guests stop offers", facts(day=Counts(100, stopped=2)), 75, [Code.STOPS], False),
    ("one of ten guests stops offers", facts(day=Counts(10, stopped=1)), 100, [], False),
    ("WhatsApp spares half the guests", facts(day=Counts(100, limited=50)), 80, [Code.FATIGUE], False),
    ("a list of dead numbers", facts(day=Counts(100, unreachable=30)), 75, [Code.UNREACHABLE], False),
    ("no word for 20 minutes", facts(unheard=3, unheard_since=NOW - timedelta(minutes=20)), 70, [Code.SILENCE], False),
    ("no word of two messages", facts(unheard=2, unheard_since=NOW - HOUR), 100, [], False),
    ("the circuit is open for long", facts(circuit_since=NOW - timedelta(minutes=2)), 60, [Code.CIRCUIT], False),
    ("the circuit opened just now", facts(circuit_since=NOW - timedelta(seconds=30)), 100, [], False),
    ("access ends in six days", facts(token_ends_at=NOW + 6 * DAY), 95, [Code.ACCESS_ENDS], False),
    ("access ends in a month", facts(token_ends_at=NOW + 30 * DAY), 100, [], False),
    ("the limit is nearly used", facts(limit=250, limit_used=200), 95, [Code.LIMIT], False),
    ("the limit is used", facts(limit=250, limit_used=250), 90, [Code.LIMIT], False),
    ("no guest writes", facts(quiet_since=NOW - 3 * DAY), 100, [Code.QUIET], False),
]


@pytest.mark.parametrize(
    ("facts_", "value", "codes", "pauses"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_wa_013_score(facts_: Facts, value: int, codes: list[Code], pauses: bool) -> None:
    found = score(facts_)
    assert (found.value, [reason.code for reason in found.reasons], found.pauses_campaigns) == (value, codes, pauses)


def test_every_code_has_a_case() -> None:
    assert {code for case in CASES for code in case[3]} == set(Code)


def test_the_worst_comes_first_and_the_score_never_falls_below_nothing() -> None:
    found = score(facts(quality="RED", account_status="DISABLE", spam_at=NOW, limit=10, limit_used=9))
    assert found.value == 0
    assert [one.code for one in found.reasons] == [Code.ACCOUNT, Code.QUALITY_RED, Code.SPAM, Code.LIMIT]


def test_a_reason_that_is_held_still_counts_and_never_twice() -> None:
    spam = Reason(Code.SPAM, 60)
    assert score(facts(), [spam]).value == 40
    assert score(facts(spam_at=NOW), [spam]).value == 40


@given(
    quality=st.sampled_from(["GREEN", "YELLOW", "RED", "UNKNOWN"]),
    sent=st.integers(0, 10_000),
    failed=st.integers(0, 10_000),
    used=st.integers(0, 10**6),
    limit=st.none() | st.integers(1, 10**5),
)
def test_the_score_stays_between_0_and_100(quality: str, sent: int, failed: int, used: int, limit: int | None) -> None:
    counts = Counts(sent, min(failed, sent))
    found = score(facts(quality=quality, hour=counts, day=counts, limit=limit, limit_used=used))
    assert 0 <= found.value <= 100
    assert found.is_slow == (found.value < SLOW_BELOW)
    assert found.value >= PAUSE_BELOW or found.pauses_campaigns


VALUES = {
    "reason": "number_stopped: 190 expired", "status": "DISABLE", "at": NOW.isoformat(), "failed": 3, "sent": 20,
    "count": 4, "used": 5, "limit": 250, "costs": 10,
}  # fmt: skip


@pytest.mark.parametrize("code", Code)
def test_every_reason_has_words_for_the_owner(code: Code) -> None:
    for words in (short(code, VALUES), advice(code), title(code, VALUES, phone="+55 11"), text(code, VALUES)):
        assert "%(" not in str(words)
    assert bool(POLICIES[code].level) == bool(POLICIES[code].title)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("number_stopped: 190 Session has expired", "its access has expired"),
        ("190: (#190) expired", "its access has expired"),
        ("200: no permission", "it lacks a permission"),
        ("number_stopped: 424242 new", "WhatsApp refuses it"),
        ("", "WhatsApp refuses it"),
    ],
)
def test_why_it_stopped_is_said_without_codes(reason: str, words: str) -> None:
    assert why(reason).msgid == words
