"""Who answers, whether the talk is over, and sending once more what failed."""

from typing import Any

import pytest

from channels_wa.messages.models import Message
from crm.inbox.models import Conversation
from flows.models import FlowExecution
from ops import clock
from ops.eventqueue import handling
from ops.ids import uuid7
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tests.portal.conftest import Guest
from tests.world import Browser

HTMX = {"hx-request": "true", "accept-language": "en"}


def post(person: Browser, path: str) -> Any:
    return person.post(path, headers=HTMX)


def now(guest: Guest) -> Conversation:
    with inside(guest.salon_id):
        return Conversation.objects.get(pk=guest.conversation.pk)


def test_people_take_over_and_can_undo_it(alice: Browser, guest: Guest) -> None:
    path = f"/inbox/{guest.conversation.public_id}/bot/"
    answer = post(alice, f"{path}?on=0")
    assert not now(guest).bot_on
    assert f'"undo": "{path}?on=1"' in answer.headers["HX-Trigger"]
    post(alice, f"{path}?on=1")
    assert now(guest).bot_on


def test_a_closed_conversation_says_so_and_takes_no_answer(alice: Browser, guest: Guest) -> None:
    path = f"/inbox/{guest.conversation.public_id}/"
    post(alice, f"{path}close/")
    assert now(guest).closed_at is not None
    assert "composer__closed" in alice.get(path).content.decode()
    assert str(guest.conversation.public_id) in alice.get("/inbox/?show=closed").content.decode()
    post(alice, f"{path}reopen/")
    assert now(guest).closed_at is None


def test_it_is_not_reopened_beside_a_newer_one(alice: Browser, guest: Guest) -> None:
    path = f"/inbox/{guest.conversation.public_id}/"
    post(alice, f"{path}close/")
    with inside(guest.salon_id):
        Conversation.objects.create(contact=guest.contact, number_id=guest.number.pk, last_at=clock.now())
    assert post(alice, f"{path}reopen/").status_code == 409
    assert now(guest).closed_at is not None


def test_each_act_is_in_the_audit_log(alice: Browser, guest: Guest) -> None:
    for act in ("bot/?on=0", "close/", "reopen/"):
        post(alice, f"/inbox/{guest.conversation.public_id}/{act}")
    with inside(guest.salon_id):
        noted = set(AuditEntry.objects.filter(subject=guest.conversation.public_id).values_list("action", flat=True))
    assert noted == {"conversation.bot_off", "conversation.closed", "conversation.reopened"}


@pytest.mark.parametrize("act", ["bot/?on=0", "close/", "reopen/"])
def test_who_may_only_look_changes_nothing(vera: Browser, charlie: Browser, guest: Guest, act: str) -> None:
    path = f"/inbox/{guest.conversation.public_id}/{act}"
    assert (post(vera, path).status_code, post(charlie, path).status_code) == (403, 404)
    found = now(guest)
    assert found.bot_on and found.closed_at is None


def test_closing_ends_the_run_that_listens_and_no_other(alice: Browser, guest: Guest, run: FlowExecution) -> None:
    with inside(guest.salon_id):
        other = FlowExecution.objects.create(
            flow=run.flow,
            version=run.version,
            contact_id=run.contact_id,
            conversation_id=run.conversation_id,
            seed=1,
            started_at=clock.now(),
            status="waiting",
            listens=False,
        )
    post(alice, f"/inbox/{guest.conversation.public_id}/close/")
    handling.run()
    with inside(guest.salon_id):
        run.refresh_from_db()
        other.refresh_from_db()
    assert (run.status, run.listens) == ("cancelled", False)
    assert other.status == "waiting"


def test_what_whatsapp_could_not_bring_is_written_anew(alice: Browser, guest: Guest) -> None:
    failed = guest.wrote("Claro", direction="out", status="failed", reason="131026 unreachable", purpose="reply")
    answer = post(alice, f"/inbox/messages/{failed.public_id}/retry/")
    assert answer.status_code == 200, answer.headers
    with inside(guest.salon_id):
        assert Message.objects.latest("pk").text == "Claro"
        assert Message.objects.latest("pk").status == "queued"


def test_what_arrived_is_not_sent_again(alice: Browser, guest: Guest) -> None:
    arrived = guest.wrote("Claro", direction="out", status="delivered")
    assert post(alice, f"/inbox/messages/{arrived.public_id}/retry/").status_code == 409
    with inside(guest.salon_id):
        assert Message.objects.latest("pk").pk == arrived.pk


def test_a_failure_is_explained_in_the_readers_words(alice: Browser, guest: Guest) -> None:
    guest.wrote("Claro", direction="out", status="failed", reason="131026 Message undeliverable")
    path = f"/inbox/{guest.conversation.public_id}/"
    page = alice.get(path, headers={"accept-language": "pt-br"}).content.decode()
    assert "não pode ser alcançado pelo WhatsApp" in page
    assert "131026" in page


def test_another_salons_message_is_not_there(charlie: Browser, guest: Guest) -> None:
    failed = guest.wrote("Claro", direction="out", status="failed")
    assert post(charlie, f"/inbox/messages/{failed.public_id}/retry/").status_code == 404
    assert post(charlie, f"/inbox/messages/{uuid7()}/retry/").status_code == 404


def test_sending_again_ends_the_call_for_a_look(alice: Browser, guest: Guest) -> None:
    failed = guest.wrote("Claro", direction="out", status="failed", reason="131026 unreachable", purpose="reply")
    with inside(guest.salon_id):
        Conversation.objects.filter(pk=guest.conversation.pk).update(attention="message_failed")
    post(alice, f"/inbox/messages/{failed.public_id}/retry/")
    assert now(guest).attention == ""
