"""FL-003: a person begins a flow with a guest, from the guest's page or from the talk."""

from typing import Any

import pytest

from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from flows.models import Flow, FlowExecution
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tests.flows.runtime.conftest import Chat, ask, chat, say
from tests.world import Browser

__all__ = ["chat"]

HTMX = {"hx-request": "true", "accept-language": "en"}


@pytest.fixture
def guest(chat: Chat) -> Chat:
    """A guest who wrote once; two flows that begin by hand only."""
    chat.says("oi")
    chat.publish("offer", say("s", "An offer, {{ trigger.by }}"), edges=["start>s"], on="none")
    chat.publish("ask", ask("ask", "Nome?", "name"), edges=["start>ask"], on="none")
    return chat


def addresses(chat: Chat) -> list[str]:
    with inside(chat.salon_id):
        contact, talk = Contact.objects.get(), Conversation.objects.latest("pk")
    return [f"/flows/start/contacts/{contact.public_id}/", f"/flows/start/conversations/{talk.public_id}/"]


def start(person: Browser, address: str, name: str) -> Any:
    with inside(person.salon.pk):
        flow = Flow.objects.filter(name=name).first()
    return person.post(address, {"flow": str(flow.public_id) if flow else ""}, headers=HTMX)


@pytest.mark.parametrize("place", [0, 1])
def test_it_begins_the_flow_in_the_talk(bob: Browser, guest: Chat, place: int) -> None:
    answer = start(bob, addresses(guest)[place], "offer")
    assert answer.status_code == 200
    assert "“offer” has begun" in answer.content.decode()
    assert guest.answers == ["An offer, Bob"]
    assert [(one.began_by, one.status) for one in guest.executions] == [("person", "completed")]
    with inside(guest.salon_id):
        assert Conversation.objects.count() == 1
        assert AuditEntry.objects.filter(action="flow.begun").count() == 1


def test_the_dialog_lists_what_can_be_started(bob: Browser, guest: Chat) -> None:
    with inside(guest.salon_id):
        Flow.objects.filter(name="ask").update(is_active=False)
    shown = bob.get(addresses(guest)[0], headers=HTMX).content.decode()
    assert "offer" in shown and ">ask<" not in shown and "<html" not in shown


def test_without_javascript_it_is_a_page_that_leads_back(bob: Browser, guest: Chat) -> None:
    address = addresses(guest)[0]
    assert "<html" in bob.get_page(address)
    with inside(guest.salon_id):
        flow = Flow.objects.get(name="offer")
    answer = bob.post(address, {"flow": str(flow.public_id)})
    assert (answer.status_code, guest.answers) == (303, ["An offer, Bob"])


def test_the_one_that_waits_is_ended_for_it(bob: Browser, guest: Chat) -> None:
    start(bob, addresses(guest)[0], "ask")
    assert "waits for an answer" in bob.get(addresses(guest)[0], headers=HTMX).content.decode()
    start(bob, addresses(guest)[0], "offer")
    assert [one.status for one in guest.executions] == ["cancelled", "completed"]


def test_flows_answer_again_where_a_person_had_taken_over(bob: Browser, guest: Chat) -> None:
    with inside(guest.salon_id):
        Conversation.objects.update(bot_on=False)
    start(bob, addresses(guest)[1], "ask")
    guest.says("Ana")
    assert guest.executions[0].status == "completed"


def test_a_closed_talk_begins_anew(bob: Browser, guest: Chat) -> None:
    with inside(guest.salon_id):
        Conversation.objects.update(closed_at="2026-11-20T12:00:00Z")
    assert start(bob, addresses(guest)[1], "offer").status_code == 200
    with inside(guest.salon_id):
        assert FlowExecution.objects.get().conversation_id == Conversation.objects.latest("pk").pk
        assert Conversation.objects.count() == 2


def test_nothing_chosen_says_so(bob: Browser, guest: Chat) -> None:
    answer = start(bob, addresses(guest)[0], "no such flow")
    assert answer.status_code == 422 and "Choose one" in answer.content.decode()
    assert guest.executions == []


@pytest.mark.parametrize("place", [0, 1])
def test_who_may_only_look_begins_nothing(vera: Browser, charlie: Browser, guest: Chat, place: int) -> None:
    address = addresses(guest)[place]
    assert (start(vera, address, "offer").status_code, start(charlie, address, "offer").status_code) == (403, 404)
    assert guest.executions == []


def test_the_pages_offer_it_to_those_who_may(bob: Browser, vera: Browser, guest: Chat) -> None:
    contact, talk = addresses(guest)
    for page, address in (
        (contact.replace("/flows/start", ""), contact),
        (talk.replace("/flows/start/conversations", "/inbox"), talk),
    ):
        assert address in bob.get_page(page)
        assert address not in vera.get_page(page)
