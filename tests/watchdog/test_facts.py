"""WA-013: what the watchdog counts, from the salon's own messages."""

from datetime import timedelta

import pytest

from channels_wa.outbox.models import NumberCircuit
from channels_wa.watchdog.facts import facts_of, is_watched
from channels_wa.watchdog.reasons import Code, Counts, Facts
from ops import clock
from ops.salon import run_in_salon
from tests.watchdog.conftest import Watched

EARLIER = timedelta(hours=5)


def facts(watched: Watched) -> Facts:
    return run_in_salon(watched.salon_id, lambda: facts_of([watched.number], now=clock.now()))[watched.pk]


def test_a_number_without_messages_has_nothing_to_count(watched: Watched) -> None:
    found = facts(watched)
    assert (found.hour, found.day, found.unheard, found.quiet_since) == (Counts(), Counts(), 0, None)


def test_failures_are_told_from_the_guests_own_doing(watched: Watched) -> None:
    watched.sent(10)
    watched.sent(3, "failed", "131053 media")
    watched.sent(2, "failed", "recipient: 131026 no")
    watched.sent(4, "failed", "131049 spared")
    watched.sent(1, "failed", "131050 stopped")
    assert facts(watched).hour == Counts(sent=20, failed=3, stopped=1, limited=4, unreachable=2)


def test_the_day_has_the_hour_in_it(watched: Watched) -> None:
    watched.sent(2)
    watched.sent(3, "failed", "1 x", ago=EARLIER)
    watched.sent(9, ago=timedelta(days=2))
    found = facts(watched)
    assert (found.hour, found.day) == (Counts(2), Counts(5, 3))


def test_what_waits_or_was_taken_back_is_not_counted(watched: Watched) -> None:
    for status in ("queued", "cancelled", "unknown"):
        watched.sent(2, status)
    assert facts(watched).day == Counts()


@pytest.mark.parametrize("silent", [True, False])
def test_silence_is_when_no_status_of_any_message_came(watched: Watched, silent: bool) -> None:
    watched.sent(4, "sent")
    if not silent:
        watched.sent(1, "delivered")
    assert facts(watched).unheard == (4 if silent else 0)


def test_messages_that_left_a_moment_ago_say_nothing_of_silence(watched: Watched) -> None:
    watched.sent(4, "sent", ago=timedelta(minutes=5))
    assert facts(watched).unheard == 0


@pytest.mark.parametrize(("every", "until", "is_quiet"), [
    (timedelta(minutes=30), timedelta(hours=30), True),
    (timedelta(minutes=30), timedelta(hours=20), False),
    (timedelta(hours=6), timedelta(hours=30), False),
])  # fmt: skip
def test_quiet_is_by_the_numbers_own_past(watched: Watched, every: timedelta, until: timedelta, is_quiet: bool) -> None:
    watched.heard(25, every=every, until=until)
    assert (facts(watched).quiet_since is not None) == is_quiet


def test_an_open_circuit_is_known_by_when_it_opened(watched: Watched) -> None:
    at = clock.now() - timedelta(minutes=9)
    NumberCircuit.objects.create(number_id=watched.pk, opened_at=at)
    assert facts(watched).circuit_since == at


def test_spam_that_the_outbox_met_is_known_by_its_pause(watched: Watched) -> None:
    watched.set(campaigns_paused_until=clock.now() + EARLIER, campaigns_paused_reason="slow_hours: 131048 spam")
    assert facts(watched).spam_at is not None
    assert watched.check().reasons[0].code is Code.SPAM


def test_a_review_that_goes_on_is_no_restriction(watched: Watched) -> None:
    watched.set(account_status="PENDING")
    assert watched.check().value == 100


def test_a_number_half_way_through_connecting_is_not_watched(watched: Watched) -> None:
    watched.set(state="stopped", stopped_reason="setting_up")
    assert not is_watched(watched.number)
    assert watched.alerts() == []
