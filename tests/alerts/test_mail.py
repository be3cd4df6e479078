"""Who wants it gets an e-mail, in their language, once (WA-013)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail

from ops.salon import inside
from tenants.access.roles import Role
from tenants.alerts import delivering
from tenants.alerts.actions import clear_alert
from tenants.alerts.models import AlertDelivery, AlertPreference, Level
from tenants.alerts.telling import MAIL
from tenants.salons.actions import add_member, remove_member
from tests.alerts.conftest import deliver_all, due, tell
from tests.world import Browser, Salons

pytestmark = pytest.mark.django_db
SkipTime = Callable[[timedelta], None]


def wants(person: Browser, choice: str) -> None:
    with inside(person.salon.pk):
        AlertPreference.objects.create(member=person.member, mail=choice)


def states(salons: Salons) -> list[str]:
    with inside(salons.aurora.pk):
        return list(AlertDelivery.objects.order_by("pk").values_list("state", flat=True))


def test_the_owner_hears_of_what_is_urgent_without_asking_for_it(salons: Salons, alice: Browser) -> None:
    tell(salons)
    assert deliver_all(salons, MAIL) == 1
    assert [one.to for one in mail.outbox] == [["alice@example.com"]]
    assert "+55 11 1111-1111" in mail.outbox[0].subject
    assert "http://aurora.cadeira.localhost:8000/settings/numbers/" in mail.outbox[0].body


def test_it_is_written_in_the_readers_language(salons: Salons, alice: Browser, bob: Browser) -> None:
    wants(bob, "critical")
    alice.user.language, bob.user.language = "pt-br", "en"
    alice.user.save()
    bob.user.save()
    tell(salons)
    deliver_all(salons, MAIL)
    bodies = {one.to[0]: one.body for one in mail.outbox}
    assert "Today" in bodies["bob@example.com"]
    assert "Today" not in bodies["alice@example.com"]


def test_a_warning_waits_and_is_not_sent_when_it_is_over_by_then(
    salons: Salons, alice: Browser, skip_time: SkipTime
) -> None:
    wants(alice, "warning")
    tell(salons, level=Level.WARNING)
    assert due(MAIL) == []
    clear_alert(salons.aurora.pk, "number:1:stopped")
    skip_time(timedelta(minutes=3))
    deliver_all(salons, MAIL)
    assert (mail.outbox, states(salons)) == ([], ["skipped"])


def test_who_heard_of_it_hears_that_it_is_over(salons: Salons, alice: Browser) -> None:
    tell(salons)
    deliver_all(salons, MAIL)
    clear_alert(salons.aurora.pk, "number:1:stopped")
    deliver_all(salons, MAIL)
    assert len(mail.outbox) == 2
    assert states(salons) == ["sent", "sent"]


@pytest.mark.parametrize(("choice", "level", "mails"), [
    ("nothing", Level.CRITICAL, 0), ("critical", Level.WARNING, 0), ("warning", Level.WARNING, 1),
    ("info", Level.INFO, 1), ("warning", Level.INFO, 0),
])  # fmt: skip
def test_preferences_are_kept_to(
    salons: Salons, alice: Browser, skip_time: SkipTime, choice: str, level: Level, mails: int
) -> None:
    wants(alice, choice)
    tell(salons, level=level)
    skip_time(timedelta(minutes=11))
    assert deliver_all(salons, MAIL) == mails


def test_who_lost_the_right_meanwhile_is_not_written_to(salons: Salons, alice: Browser, bob: Browser) -> None:
    wants(bob, "critical")
    tell(salons)
    remove_member(salons.aurora, bob.user)
    deliver_all(salons, MAIL)
    assert [one.to for one in mail.outbox] == [["alice@example.com"]]


def test_who_may_not_see_alerts_gets_none_whatever_they_once_chose(salons: Salons, bob: Browser) -> None:
    wants(bob, "info")
    add_member(salons.aurora, bob.user, role=Role.VIEWER)
    tell(salons)
    deliver_all(salons, MAIL)
    assert not any("bob@example.com" in one.to for one in mail.outbox)


def test_a_mail_server_that_is_away_is_tried_again_and_given_up_in_the_end(
    salons: Salons, alice: Browser, skip_time: SkipTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> int:
        raise OSError("connection refused")

    monkeypatch.setattr(delivering, "send_mail", away)
    tell(salons)
    tries = 0
    while states(salons) == ["waiting"]:
        tries += deliver_all(salons, MAIL)
        skip_time(timedelta(hours=3))
    assert (tries, states(salons)) == (6, ["dead"])


def test_a_telling_that_was_done_is_not_done_again(salons: Salons, alice: Browser) -> None:
    tell(salons)
    deliver_all(salons, MAIL)
    with inside(salons.aurora.pk):
        delivering.deliver(AlertDelivery.objects.get().pk)
    assert len(mail.outbox) == 1
