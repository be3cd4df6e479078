"""FR-WA-009: the lists of what did not leave, and what may be done about it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from channels_wa.messages.models import Message
from channels_wa.outbox.models import OutboxItem
from crm.inbox.models import Conversation
from crm.sending import actions
from ops import clock
from ops.salon import inside
from ops.timers import ticker
from ops.timers.models import Timer
from tenants.audit.models import AuditEntry
from tests.portal.conftest import Guest
from tests.sending.conftest import Stuck
from tests.world import Browser

HTMX = {"hx-request": "true", "accept-language": "en"}
PAGE = "/settings/sending/"


def post(person: Browser, path: str, **data: Any) -> Any:
    return person.post(PAGE + path, data, headers=HTMX)


def item(message: Message) -> OutboxItem:
    return OutboxItem.objects.get(message_id=message.pk)


def shown(person: Browser, show: str, **query: str) -> str:
    return person.get(PAGE, {"show": show, **query}, headers={"accept-language": "en"}).content.decode()


def status(guest: Guest, message: Message) -> str:
    with inside(guest.salon_id):
        return Message.objects.values_list("status", flat=True).get(pk=message.pk)


def test_it_is_among_the_settings(alice: Browser) -> None:
    assert f'href="{PAGE}"' in alice.get_page("/settings/")


def test_a_failed_message_stands_with_guest_text_and_cause(alice: Browser, stuck: Stuck) -> None:
    stuck(text="Sua hora é às 10")
    page = shown(alice, "failed")
    assert "Beatriz Lima" in page and "Sua hora é às 10" in page
    assert "This guest cannot be reached on WhatsApp" in page and "131026" in page


@pytest.mark.parametrize("show", ["failed", "unknown", "waiting"])
def test_an_empty_list_says_what_it_is_for(alice: Browser, show: str) -> None:
    assert "empty-title" in shown(alice, show)


def test_each_list_has_its_own(alice: Browser, stuck: Stuck) -> None:
    stuck("failed", text="FFF")
    stuck("unknown", "time-out", text="UUU")
    stuck("queued", "quiet_hours", text="QQQ", item={"not_before": clock.now() + timedelta(hours=3)})
    for show, text in (("failed", "FFF"), ("unknown", "UUU"), ("waiting", "QQQ")):
        page = shown(alice, show)
        assert [one for one in ("FFF", "UUU", "QQQ") if one in page] == [text]


def test_what_waits_says_why_and_until_when(alice: Browser, stuck: Stuck) -> None:
    stuck("queued", "quiet_hours", item={"not_before": clock.now() + timedelta(hours=3)})
    page = shown(alice, "waiting")
    assert "quiet hours" in page and "tried again" in page


def test_a_list_can_be_narrowed_to_a_cause_told_at_once_or_later(alice: Browser, stuck: Stuck) -> None:
    stuck(text="at once")
    stuck(reason="131026 Undeliverable", text="by a status", item={"outcome": "accepted"})
    stuck(reason="content: 100 bad", text="another")
    page = shown(alice, "failed", cause="recipient")
    assert "at once" in page and "by a status" in page and "another" not in page


def test_pages_follow_by_key(alice: Browser, stuck: Stuck) -> None:
    texts = [stuck(text=f"N{n:03d}").text for n in range(35)]
    first = shown(alice, "failed")
    assert sum(text in first for text in texts) == 30
    before = first.split("before=")[1].split('"')[0]
    rest = alice.get(PAGE, {"show": "failed", "before": before}, headers=HTMX).content.decode()
    assert sum(text in rest for text in texts) == 5
    assert "N034" in first and "N000" in rest


def test_one_is_sent_again(alice: Browser, guest: Guest, stuck: Stuck) -> None:
    message = stuck()
    with inside(guest.salon_id):
        Conversation.objects.update(attention="message_failed")
    answer = post(alice, f"{message.public_id}/retry/")
    assert answer.status_code == 200 and "sending-changed" in answer.headers["HX-Trigger"]
    assert (status(guest, message), item(message).state) == ("queued", "queued")
    with inside(guest.salon_id):
        assert Conversation.objects.get().attention == ""
        assert AuditEntry.objects.filter(action="message.retried", subject=str(message.public_id)).exists()


def test_i18_after_the_window_it_offers_a_template_instead(
    alice: Browser, guest: Guest, stuck: Stuck, window_closed: None
) -> None:
    message = stuck()
    page = shown(alice, "failed")
    assert "Choose a template" in page and "/retry/" not in page
    answer = post(alice, f"{message.public_id}/retry/")
    assert answer.status_code == 409 and "template" in answer.headers["HX-Trigger"]
    assert status(guest, message) == "failed"


def test_a_template_is_sent_again_after_the_window(
    alice: Browser, guest: Guest, stuck: Stuck, window_closed: None
) -> None:
    message = stuck(type="template")
    assert post(alice, f"{message.public_id}/retry/").status_code == 200
    assert status(guest, message) == "queued"


def test_one_is_put_aside_and_brought_back(alice: Browser, guest: Guest, stuck: Stuck) -> None:
    message = stuck(text="aside")
    answer = post(alice, f"{message.public_id}/discard/")
    assert f"{message.public_id}/restore/" in answer.headers["HX-Trigger"]
    assert "aside" not in shown(alice, "failed").split('id="letters"')[1]
    assert (status(guest, message), item(message).discarded_by) == ("failed", alice.member.pk)
    post(alice, f"{message.public_id}/restore/")
    assert item(message).discarded_at is None


def test_an_unknown_one_arrived_or_not(alice: Browser, guest: Guest, stuck: Stuck) -> None:
    arrived, again, left = stuck("unknown", "time-out"), stuck("unknown", "time-out"), stuck("unknown", "time-out")
    for message, verb in ((arrived, "arrived"), (again, "retry"), (left, "discard")):
        assert post(alice, f"{message.public_id}/{verb}/").status_code == 200
    assert [status(guest, message) for message in (arrived, again, left)] == ["sent", "queued", "unknown"]
    assert item(again).resent
    assert "empty-title" in shown(alice, "unknown")


def test_one_that_may_still_be_settled_by_its_statuses_is_not_asked_about(alice: Browser, stuck: Stuck) -> None:
    stuck("unknown", "time-out", item={"state": "unknown", "outcome": ""})
    assert "empty-title" in shown(alice, "unknown")


def test_what_waits_is_taken_back(alice: Browser, guest: Guest, stuck: Stuck) -> None:
    message = stuck("queued", "quiet_hours", item={"not_before": clock.now() + timedelta(hours=3)})
    post(alice, f"{message.public_id}/take-back/")
    assert status(guest, message) == "cancelled"


def test_all_of_a_narrowed_list_are_sent_again(alice: Browser, guest: Guest, stuck: Stuck) -> None:
    mine = [stuck(reason="recipient: 131026 no") for _ in range(3)]
    other = stuck(reason="content: 100 bad")
    answer = post(alice, "all/", verb="retry", show="failed", cause="recipient")
    assert "3 messages" in answer.headers["HX-Trigger"]
    assert {status(guest, message) for message in mine} == {"queued"}
    assert status(guest, other) == "failed"


def test_a_long_list_goes_on_by_itself(
    alice: Browser, guest: Guest, stuck: Stuck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    made = [stuck() for _ in range(7)]
    answer = post(alice, "all/", verb="discard", show="failed", cause="")
    assert "follow by themselves" in answer.headers["HX-Trigger"]
    late = stuck()  # failed after the click, so nobody has decided about it
    ticker.run()
    assert all(item(message).discarded_by == alice.member.pk for message in made)
    assert item(late).discarded_at is None
    assert not Timer.objects.filter(kind=actions.BULK, state="pending").exists()


def test_all_are_sent_again_but_those_that_only_a_template_reaches(
    alice: Browser, guest: Guest, stuck: Stuck, window_closed: None
) -> None:
    free, template = stuck(), stuck(type="template")
    answer = post(alice, "all/", verb="retry", show="failed", cause="")
    assert "template" in answer.headers["HX-Trigger"]
    assert [status(guest, message) for message in (free, template)] == ["failed", "queued"]


def test_who_may_only_look_looks(vera: Browser, stuck: Stuck) -> None:
    message = stuck(text="seen")
    page = shown(vera, "failed")
    assert "seen" in page and "/retry/" not in page and "/all/" not in page
    assert post(vera, f"{message.public_id}/retry/").status_code == 403
    assert post(vera, "all/", verb="retry", show="failed").status_code == 403


def test_i22_another_salons_messages_are_not_there(charlie: Browser, guest: Guest, stuck: Stuck) -> None:
    message = stuck(text="secret")
    assert "secret" not in shown(charlie, "failed")
    assert post(charlie, f"{message.public_id}/retry/").status_code == 404
    post(charlie, "all/", verb="discard", show="failed", cause="")
    assert item(message).discarded_at is None


@pytest.mark.parametrize("path", ["all/", f"{UUID(int=7)}/retry/"])
def test_what_is_not_there_is_not_found(alice: Browser, path: str) -> None:
    assert post(alice, path, verb="explode", show="failed").status_code == 404


def test_an_unknown_verb_or_cause_changes_nothing(alice: Browser, guest: Guest, stuck: Stuck) -> None:
    message = stuck()
    assert post(alice, f"{message.public_id}/explode/").status_code == 404
    assert post(alice, "all/", verb="take-back", show="failed").status_code == 404
    assert "Beatriz" in shown(alice, "nonsense", cause="' OR 1=1 --")


def test_a_page_takes_a_handful_of_queries(alice: Browser, stuck: Stuck, django_assert_max_num_queries: Any) -> None:
    for _ in range(30):
        stuck()
    alice.get(PAGE)
    with django_assert_max_num_queries(20):
        alice.get(PAGE)
