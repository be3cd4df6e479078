"""Writing now what leaves later (FR-WA-007)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels_wa.messages.models import Message
from channels_wa.outbox.models import OutboxItem
from crm.inbox.models import Conversation
from crm.inbox.scheduled import read_moment
from crm.inbox.sending import CannotSend
from ops import clock
from ops.salon import inside
from tests.inbox.conftest import Guest, fresh
from tests.world import Browser

HTMX = {"hx-request": "true", "accept-language": "en"}


def local(**ahead: int) -> str:
    """A moment on Aurora's clock, as the field gives it."""
    with timezone.override("America/Sao_Paulo"):
        return timezone.localtime(clock.now() + timedelta(**ahead)).strftime("%Y-%m-%dT%H:%M")


def send(person: Browser, guest: Guest, at: str, **more: str) -> Any:
    url = f"/inbox/{guest.conversation.public_id}/send/"
    return person.post(url, {"text": "Até já!", "later": "1", "send_at": at, **more}, headers=HTMX)


def act(person: Browser, verb: str, message: Message, **form: str) -> int:
    return person.post(f"/inbox/messages/{message.public_id}/{verb}/", form, headers=HTMX).status_code


def sent(guest: Guest) -> list[Message]:
    with inside(guest.salon_id):
        return list(Message.objects.filter(direction="out").order_by("pk"))


def waits_until(message: Message) -> datetime:
    return OutboxItem.objects.get(message_id=message.pk).not_before


def page(person: Browser, guest: Guest) -> str:
    return person.get_page(f"/inbox/{guest.conversation.public_id}/")


@pytest.fixture
def put_off(alice: Browser, guest: Guest) -> Message:
    """An answer that leaves in two hours."""
    guest.wrote("oi")
    assert send(alice, guest, local(hours=2)).status_code == 200
    [message] = sent(guest)
    return message


def test_fr_wa_007_a_message_waits_for_its_moment(alice: Browser, guest: Guest, put_off: Message) -> None:
    assert put_off.status == "queued"
    assert timedelta(minutes=118) < waits_until(put_off) - clock.now() <= timedelta(hours=2)
    assert f"/inbox/messages/{put_off.public_id}/cancel/" in page(alice, guest)


def test_what_leaves_later_answers_nobody_yet(alice: Browser, guest: Guest, put_off: Message) -> None:
    assert fresh(guest.conversation).last_text != "Até já!"


def test_the_other_button_sends_at_once(alice: Browser, guest: Guest) -> None:
    guest.wrote("oi")
    assert send(alice, guest, local(hours=2), later="").status_code == 200
    assert waits_until(sent(guest)[0]) <= clock.now()


def test_fr_wa_007_the_moment_is_changed_until_it_leaves(alice: Browser, guest: Guest, put_off: Message) -> None:
    assert act(alice, "later", put_off, send_at=local(hours=5)) == 200
    assert waits_until(put_off) - clock.now() > timedelta(hours=4)
    OutboxItem.objects.filter(message_id=put_off.pk).update(state="sending", attempts=1)
    assert act(alice, "later", put_off, send_at=local(hours=6)) == 409
    assert act(alice, "cancel", put_off) == 409


def test_fr_wa_007_it_is_taken_back(alice: Browser, guest: Guest, put_off: Message) -> None:
    assert act(alice, "cancel", put_off) == 200
    assert sent(guest)[0].status == "cancelled"
    assert f"/inbox/messages/{put_off.public_id}/cancel/" not in page(alice, guest)
    assert act(alice, "cancel", put_off) == 409


@pytest.mark.parametrize("at", ["", "x", "2020-01-01T10:00", "2099-01-01T10:00", "9999-12-31T23:59",
                                "0001-01-01T00:00", "2027-01-01T10:00:00+00:00"])  # fmt: skip
def test_a_moment_that_is_none_is_refused_with_words(alice: Browser, guest: Guest, at: str) -> None:
    guest.wrote("oi")
    answer = send(alice, guest, at)
    assert answer.status_code == 422
    assert 'id="composer-error"' in answer.content.decode()
    assert "Até já!" in answer.content.decode()
    assert not sent(guest)


def test_who_may_not_answer_changes_nothing(vera: Browser, charlie: Browser, guest: Guest, put_off: Message) -> None:
    for verb in ("later", "cancel"):
        assert act(vera, verb, put_off, send_at=local(hours=5)) == 403
        assert act(charlie, verb, put_off, send_at=local(hours=5)) == 404
    assert sent(guest)[0].status == "queued"
    assert f"/inbox/messages/{put_off.public_id}/cancel/" not in page(vera, guest)


def test_a_time_that_the_clock_leaps_over_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 3, 1, tzinfo=UTC))
    with timezone.override("Europe/Lisbon"):
        with pytest.raises(CannotSend):
            read_moment("2027-03-28T01:30")
        assert read_moment("2027-03-28T00:30") == datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
        assert read_moment("2027-03-28T02:30") == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_of_an_hour_that_comes_twice_the_first_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 10, 1, tzinfo=UTC))
    with timezone.override("Europe/Lisbon"):
        assert read_moment("2027-10-31T01:30") == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_i18_a_window_that_is_closed_by_then_refuses_it(alice: Browser, guest: Guest, put_off: Message) -> None:
    """The composer offers only templates once the window is closed, and the outbox asks again when it leaves."""
    with inside(guest.salon_id):
        Conversation.objects.filter(pk=guest.conversation.pk).update(last_inbound_at=clock.now() - timedelta(hours=25))
        Message.objects.filter(direction="in").update(at=clock.now() - timedelta(hours=25))
    send(alice, guest, local(hours=3))
    assert [(one.status, one.reason) for one in sent(guest)][1] == ("cancelled", "window_closed")
