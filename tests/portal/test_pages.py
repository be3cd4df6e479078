"""Every page of the portal answers, for those who may see it."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from crm.contacts.models import Contact
from crm.deals.actions import tasks
from crm.inbox.models import Conversation
from flows.models import Flow, FlowExecution
from ops import clock
from ops.ids import uuid7
from ops.salon import inside
from tests.portal.conftest import Guest, new_run, step
from tests.world import Browser


def test_home_counts_what_happened_today(alice: Browser, guest: Guest, run: FlowExecution) -> None:
    page = alice.get("/").content.decode()
    assert "Beatriz Lima" in page
    assert 'href="/inbox/?waiting=1"' in page
    assert f'href="/flows/{run.flow.public_id}/executions/{run.public_id}/"' in page


def test_each_number_on_home_leads_to_what_it_counts(alice: Browser, guest: Guest, run: FlowExecution) -> None:
    """UX: one who waits and is unread, one who is put off, a task that is late and one for another day."""
    now = clock.now()
    with inside(guest.salon_id):
        Conversation.objects.update(unread=2, last_direction="in")
        row = Conversation.objects.get()
        row.pk, row.public_id, row.snoozed_until = None, uuid7(), now + timedelta(days=1)
        row.contact = Contact.objects.create(name="Dora")
        row.save(force_insert=True)
        for text, due in (("Ligar", now - timedelta(days=1)), ("Depois", now + timedelta(days=9))):
            tasks.create(tasks.NewTask(text=text, due_at=due), by=None)
    page = alice.get_page("/")
    tiles = re.findall(r'class="tile" href="([^"]+)".*?tile__value">(\d+)<', page, re.DOTALL)
    lists = {url: alice.get_page(url) for url, _ in tiles}
    rows = (r'id="conversation-', r'class="task"', r'href="/flows/[^"]+/executions/[^"?]+/"')
    counted = [sum(len(re.findall(one, text)) for one in rows) for text in lists.values()]
    assert counted == [int(number) for _, number in tiles] == [1, 1, 0, 1, 1]
    assert "Dora" not in page


def test_home_hides_runs_from_who_may_not_see_them(vera: Browser, run: FlowExecution) -> None:
    assert str(run.public_id) not in vera.get("/").content.decode()


def test_inbox_lists_the_conversation(alice: Browser, guest: Guest) -> None:
    assert f'id="conversation-{guest.conversation.public_id}"' in alice.get("/inbox/").content.decode()


@pytest.mark.parametrize("show", ["open", "waiting", "attention", "closed", "nonsense"])
def test_inbox_filters_answer(alice: Browser, guest: Guest, show: str) -> None:
    assert alice.get(f"/inbox/?show={show}").status_code == 200


def test_conversation_shows_messages_and_composer(alice: Browser, guest: Guest) -> None:
    page = alice.get(f"/inbox/{guest.conversation.public_id}/").content.decode()
    assert "+55 11 98888-1234" in page
    assert 'id="composer-text"' in page


def test_conversation_without_the_right_to_answer_has_no_composer(vera: Browser, guest: Guest) -> None:
    assert 'id="composer"' not in vera.get(f"/inbox/{guest.conversation.public_id}/").content.decode()


def test_conversation_shows_why_a_message_failed(alice: Browser, guest: Guest) -> None:
    guest.wrote("Claro", direction="out", status="failed", reason="131047: window closed")
    assert "131047: window closed" in alice.get(f"/inbox/{guest.conversation.public_id}/").content.decode()


def test_older_messages_come_as_a_page_of_their_own(alice: Browser, guest: Guest) -> None:
    for number in range(60):
        guest.wrote(f"message {number}")
    address = f"/inbox/{guest.conversation.public_id}/"
    assert "message 9<" not in alice.get(address).content.decode()
    older = alice.get(
        address, {"part": "messages", "before": str(guest.wrote("last").pk - 50)}, headers={"hx-request": "true"}
    )
    assert "message 9<" in older.content.decode()


def test_markup_of_a_guest_is_shown_as_text(alice: Browser, guest: Guest) -> None:
    guest.wrote("<script>alert(1)</script>")
    page = alice.get(f"/inbox/{guest.conversation.public_id}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_contacts_are_found_by_phone_digits(alice: Browser, guest: Guest) -> None:
    assert "Beatriz Lima" in alice.get("/contacts/?search=98888-1234").content.decode()
    assert "Beatriz Lima" not in alice.get("/contacts/?search=77777").content.decode()


def test_contact_page_says_how_to_reach_them(alice: Browser, guest: Guest) -> None:
    assert "+55 11 98888-1234" in alice.get(f"/contacts/{guest.contact.public_id}/").content.decode()


def test_flow_list_says_when_a_flow_begins(alice: Browser, flow: Flow) -> None:
    page = alice.get("/flows/", headers={"accept-language": "en"}).content.decode()
    assert "Welcome" in page
    assert "When a guest writes" in page


def test_flow_page_has_drawing_outline_and_console(alice: Browser, run: FlowExecution) -> None:
    page = alice.get(f"/flows/{run.flow.public_id}/").content.decode()
    assert 'id="graph"' in page
    assert 'id="step-hello"' in page
    assert 'data-node="hello"' in page


def test_run_page_shows_its_own_steps_only(alice: Browser, guest: Guest, run: FlowExecution) -> None:
    with inside(guest.salon_id):
        foreign = step(new_run(run.flow, guest, status="completed", listens=False), 1, "start", "start")
    page = alice.get(f"/flows/{run.flow.public_id}/executions/{run.public_id}/").content.decode()
    assert f'id="console-{foreign.pk}"' not in page


def test_runs_are_filtered_by_status(alice: Browser, run: FlowExecution) -> None:
    address = f"/flows/{run.flow.public_id}/executions/"
    assert str(run.public_id) in alice.get(address, {"status": "waiting"}).content.decode()
    assert str(run.public_id) not in alice.get(address, {"status": "failed"}).content.decode()


@pytest.mark.parametrize("part", ["inbox", "contacts", "flows"])
def test_pages_of_another_salon_are_not_there(charlie: Browser, guest: Guest, run: FlowExecution, part: str) -> None:
    known = {"inbox": guest.conversation.public_id, "contacts": guest.contact.public_id, "flows": run.flow.public_id}
    assert charlie.get(f"/{part}/{known[part]}/").status_code == 404


def test_a_viewer_may_not_open_flows(vera: Browser, flow: Flow) -> None:
    assert vera.get(f"/flows/{flow.public_id}/").status_code == 403


def test_a_stranger_is_sent_to_the_login(alice: Browser) -> None:
    alice.logout()
    answer = alice.get("/inbox/")
    assert answer.status_code == 302
    assert "/accounts/enter/aurora/" in answer["Location"]


def test_pages_hold_no_inline_style(alice: Browser, guest: Guest, run: FlowExecution) -> None:
    for address in (
        "/",
        "/inbox/",
        f"/inbox/{guest.conversation.public_id}/",
        "/contacts/",
        f"/flows/{run.flow.public_id}/",
    ):
        assert " style=" not in alice.get(address).content.decode(), address


def test_times_are_the_salons(alice: Browser, guest: Guest) -> None:
    guest.wrote("at noon", at=datetime(2026, 1, 5, 15, 0, tzinfo=UTC))
    assert ">12:00<" in alice.get(f"/inbox/{guest.conversation.public_id}/").content.decode()
