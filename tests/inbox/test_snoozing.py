"""Putting a conversation away: until a moment, or until the guest writes (CR-002)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from crm.inbox import actions, snoozing
from crm.inbox.models import Conversation
from ops import clock
from ops.events.models import Event
from ops.salon import inside
from ops.timers.models import Timer
from ops.timers.registry import Due
from tests.inbox.conftest import Guest, fresh
from tests.world import Browser

Later = Callable[[timedelta], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Move the product's clock forward."""

    def move(by: timedelta) -> None:
        monkeypatch.setattr(clock, "_offset", clock._offset + by)

    return move


def due(one: Conversation) -> list[Due]:
    timer = Timer.objects.get(kind=snoozing.SNOOZE_ENDS, subject=str(one.pk))
    return [Due(timer.subject, timer.version)]


def snooze(guest: Guest, by: Browser, hours: int = 1) -> None:
    with inside(guest.salon_id):
        snoozing.snooze([guest.conversation.pk], until=clock.now() + timedelta(hours=hours), by=by.member)


def test_it_comes_back_in_time_and_asks_for_a_look(guest: Guest, bob: Browser, later: Later) -> None:
    snooze(guest, bob)
    with inside(guest.salon_id):
        snoozing.wake_due(due(guest.conversation))
        assert fresh(guest.conversation).snoozed_until is not None
    later(timedelta(hours=1))
    with inside(guest.salon_id):
        snoozing.wake_due(due(guest.conversation))
        assert Event.objects.filter(kind="conversation.woken").count() == 1
    found = fresh(guest.conversation)
    assert (found.snoozed_until, found.attention) == (None, "snooze_over")


def test_snoozed_anew_it_stays_away(guest: Guest, bob: Browser, later: Later) -> None:
    snooze(guest, bob)
    snooze(guest, bob, hours=5)
    later(timedelta(hours=2))
    with inside(guest.salon_id):
        snoozing.wake_due(due(guest.conversation))
    assert fresh(guest.conversation).snoozed_until is not None


def test_a_person_brings_it_back(guest: Guest, bob: Browser) -> None:
    snooze(guest, bob)
    with inside(guest.salon_id):
        assert snoozing.wake([guest.conversation.pk], by=bob.member) == [guest.conversation.pk]
        assert snoozing.wake([guest.conversation.pk], by=bob.member) == []
        assert Timer.objects.filter(kind=snoozing.SNOOZE_ENDS, state="pending").count() == 0
    assert fresh(guest.conversation).snoozed_until is None


def test_what_is_closed_is_not_put_away(guest: Guest, bob: Browser) -> None:
    with inside(guest.salon_id):
        actions.close(conversation=guest.conversation, by=bob.member)
    snooze(guest, bob)
    assert fresh(guest.conversation).snoozed_until is None


def test_closing_ends_it(guest: Guest, bob: Browser) -> None:
    snooze(guest, bob)
    with inside(guest.salon_id):
        actions.close(conversation=guest.conversation, by=bob.member)
    assert fresh(guest.conversation).snoozed_until is None


# Friday, 20 November 2026, 12:00 at the salon.
NOON = datetime(2026, 11, 20, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("choice", "day", "until"),
    [
        ("hour", "", datetime(2026, 11, 20, 16, tzinfo=UTC)),
        ("tomorrow", "", datetime(2026, 11, 21, 12, tzinfo=UTC)),
        ("week", "", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        ("date", "2026-11-25T14:30", datetime(2026, 11, 25, 17, 30, tzinfo=UTC)),
    ],
)
def test_the_moments(monkeypatch: pytest.MonkeyPatch, choice: str, day: str, until: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    with timezone.override("America/Sao_Paulo"):
        assert snoozing.moment_of(choice, day) == until


@pytest.mark.parametrize("day", ["", "soon", "2026-11-20T11:59", "2030-01-01T10:00", "9999-99-99T00:00"])
def test_what_is_no_moment(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    with timezone.override("America/Sao_Paulo"), pytest.raises(snoozing.NotThen):
        snoozing.moment_of("date", day)
