"""The page of one run (FL-006): each step with what caused it and what it caused, and why the run stopped."""

from typing import Any

import pytest

from channels_wa.messages.models import Message
from channels_wa.outbox.models import OutboxItem
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from flows.models import FlowCall, FlowExecution
from ops import clock
from ops.salon import inside
from ops.timers.models import Timer
from tenants.audit.models import AuditEntry
from tests.flows.console.conftest import CANARY, History
from tests.flows.runtime.conftest import Chat, ask, chat, say
from tests.world import Browser, Salons

__all__ = ["chat"]

ENGLISH = {"accept-language": "en"}


def url_of(run: FlowExecution) -> str:
    return f"/flows/{run.flow.public_id}/executions/{run.public_id}/"


def page_of(browser: Browser, run: FlowExecution, path: str = "") -> str:
    answer = browser.get(f"{url_of(run)}{path}", headers=ENGLISH)
    assert answer.status_code == 200
    return answer.content.decode()


def talk(chat: Chat) -> FlowExecution:
    """Ana was asked for her name and said it."""
    chat.publish("hello", ask("a", "Name?", "name"), say("s", "Hi {{ vars.name }}"), edges=["start>a", "a.answered>s"])
    chat.says("oi")
    chat.says("Ana")
    return chat.executions[0]


def test_steps_say_what_was_heard_what_changed_and_what_was_sent(chat: Chat, alice: Browser) -> None:
    """FL-006."""
    page = page_of(alice, talk(chat))
    assert "The guest wrote “oi”" in page
    assert "The guest wrote “Ana”" in page
    assert "<code>name</code> = Ana" in page
    assert "Hi Ana" in page
    assert "Waiting to be sent" in page


def test_a_change_shows_both_values(alice: Browser, history: History) -> None:
    history.step(history.run, 3, changes={"count": {"before": 1, "after": 2}, "old": {"before": "a", "after": None}})
    page = page_of(alice, history.run)
    assert "<code>count</code> <del>1</del> → 2" in page
    assert "<code>old</code> <del>a</del> →" in page


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"input": "said", "text": "Cut", "reply_id": "cut", "kind": "button"}, "The guest tapped “Cut”"),
        ({"input": "said", "text": "", "reply_id": None, "kind": "image"}, "The guest sent a picture"),
        ({"input": "timed_out", "token": 1}, "The time it waited for has come."),
        ({"input": "answered", "token": 1, "answer": {"status": 200}, "error": ""}, "The answer came: 200"),
        ({"input": "answered", "token": 1, "answer": {}, "error": "timeout"}, "did not answer in time"),
        ({"input": "happened", "event": "contact.changed"}, "This happened: contact.changed"),
        ({"input": "started", "message": None, "trigger": {"on": "tag_added"}}, "Began by: A tag was added"),
        ({"input": "started", "message": None}, ""),
        ({"input": "of another release"}, ""),
    ],
)
def test_every_input_has_words(alice: Browser, history: History, said: dict[str, Any], words: str) -> None:
    """FL-006."""
    history.step(history.run, 3, input=said)
    assert words in page_of(alice, history.run)


def test_why_it_stopped_where_and_what_to_do(alice: Browser, history: History) -> None:
    """The question of the morning after: an answer in plain words, with the way to the step."""
    error = "expression: no such name (at character 3)"
    run = history.ran(status="failed", error=error, state={"at": "hello", "variables": {}})
    history.step(run, 1, error=error, event="failed")
    page = page_of(alice, run)
    assert "It stopped at “Message”" in page
    assert "An expression could not be worked out." in page
    assert "Open the step and correct the expression" in page
    assert "no such name (at character 3)" in page
    assert f'href="/flows/{run.flow.public_id}/?node=hello"' in page


def test_an_error_it_survived_is_told_too(alice: Browser, history: History) -> None:
    run = history.ran()
    history.step(run, 1, error="timeout", exit="error")
    page = page_of(alice, run)
    assert "An error at “Message”, after which it went on" in page


def test_steps_of_a_node_or_with_an_error_alone(alice: Browser, history: History) -> None:
    bad = history.step(history.run, 3, "end", type="end", error="timeout")
    for query in ("?node=end", "?errors=1"):
        part = page_of(alice, history.run, f"steps/{query}")
        assert part.count('class="console-step') - part.count("console-step__") <= 2
        assert f'id="console-{bad.pk}"' in part
        assert 'data-node="hello"' not in part


def called(history: History, **fields: Any) -> FlowCall:
    history.step(history.run, 3, "hello", event="requested")
    values: dict[str, Any] = {
        "request": {
            "method": "POST",
            "url": "https://api.example.com/v1?key=⟦secret:KEY⟧",
            "headers": {"Authorization": "Bearer typed-in", "X-Trace": "⟦secret:TRACE⟧"},
            "body": f'{{"name": "{CANARY}"}}',
        },
        "response": {"headers": {"Set-Cookie": "session=1"}, "body": CANARY},
        "status_code": 500,
        "state": "failed",
        "error": "failed",
        "attempts": 3,
        "duration_ms": 1234.0,
        **fields,
    }
    with inside(history.salon_id):
        return FlowCall.objects.create(
            execution=history.run, flow_id=history.run.flow_id, node="hello", seq=3, kind="http", **values
        )


def test_calls_are_listed_and_open_masked(alice: Browser, history: History) -> None:
    """FL-012: secrets stay out of what is shown."""
    call = called(history)
    page = page_of(alice, history.run)
    assert "POST api.example.com" in page
    assert "3 tries · 1.2 s" in page
    more = page_of(alice, history.run, f"calls/{call.public_id}/")
    assert "••• KEY" in more
    assert "••• TRACE" in more
    for hidden in ("typed-in", "session=1", CANARY):
        assert hidden not in more


def test_what_guests_and_programs_say_stays_text(alice: Browser, history: History) -> None:
    """Names, values, bodies, errors: none of them is markup."""
    called(history, request={"method": CANARY, "url": f"https://{CANARY}/"}, error=CANARY)
    with inside(history.salon_id):
        FlowExecution.objects.filter(pk=history.run.pk).update(
            state={"at": CANARY, "variables": {CANARY: CANARY}}, error=CANARY, status="failed", listens=False
        )
    said = {"input": "said", "text": CANARY, "reply_id": None, "kind": "text"}
    history.step(history.run, 4, changes={CANARY: {"before": CANARY, "after": CANARY}}, error=CANARY, input=said)
    message_of(history, 4, text=CANARY, reason=CANARY)
    page = page_of(alice, history.run)
    assert CANARY not in page
    assert "&lt;script&gt;" in page


def message_of(history: History, seq: int, **fields: Any) -> None:
    """A message that a step wrote, as the outbox keeps it."""
    run = history.run
    with inside(history.salon_id):
        values = {"direction": "out", "type": "text", "status": "failed", "number_id": 1, "at": clock.now(), **fields}
        message = Message.objects.create(contact_id=run.contact_id, conversation_id=run.conversation_id, **values)
        OutboxItem.objects.create(
            salon_id=history.salon_id,
            number_id=1,
            order_key="1:1",
            message_id=message.pk,
            dedupe_key=f"flow:{run.pk}:{seq}",
            not_before=clock.now(),
        )


def test_a_message_that_did_not_arrive_says_why(alice: Browser, history: History) -> None:
    message_of(history, 2, text="Oi!", reason="131026 (undeliverable)")
    page = page_of(alice, history.run)
    assert "Not delivered" in page
    assert "This guest cannot be reached on WhatsApp" in page


def test_runs_inside_each_other_are_linked(alice: Browser, history: History) -> None:
    child = history.ran(parent_id=history.run.pk)
    assert url_of(history.run) in page_of(alice, child)


def test_a_run_whose_steps_are_gone_says_so(alice: Browser, history: History) -> None:
    """ARCHITECTURE §11: steps are pruned."""
    assert "The steps of this run are not kept any more" in page_of(alice, history.ran(last_seq=9))


def test_a_person_ends_a_run_and_what_belongs_to_it(chat: Chat, alice: Browser) -> None:
    """Its timer is taken back, its children end with it, and the audit log knows who it was."""
    timeout = {"amount": 1, "unit": "days"}
    chat.publish("slow", ask("a", "Name?", "name", timeout=timeout), edges=["start>a"])
    chat.says("oi")
    run = chat.executions[0]
    assert Timer.objects.filter(kind="flow.wait", state="pending").exists()
    assert alice.post(f"{url_of(run)}cancel/", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    run = chat.executions[0]
    assert (run.status, run.listens, run.waiting_until) == ("cancelled", False, None)
    assert not Timer.objects.filter(kind="flow.wait", state="pending").exists()
    with inside(chat.salon_id):
        assert AuditEntry.objects.filter(action="execution.cancelled", subject=str(run.public_id)).count() == 1
    assert "Alice stopped it." in page_of(alice, run)
    assert alice.post(f"{url_of(run)}cancel/", headers={"HX-Request": "true"}).status_code == 409


def test_a_child_is_never_ended_alone(alice: Browser, history: History) -> None:
    child = history.ran(parent_id=history.run.pk, status="waiting")
    alice.post(f"{url_of(child)}cancel/")
    with inside(history.salon_id):
        found = set(FlowExecution.objects.values_list("status", flat=True))
    assert found == {"cancelled"}


def test_a_conversation_shows_the_run_that_talks_and_stops_it(bob: Browser, history: History) -> None:
    """The receptionist may stop it, but sees no runs."""
    with inside(history.salon_id):
        talk = Conversation.objects.get(pk=history.run.conversation_id)
    url = f"/flows/conversations/{talk.public_id}/"
    page = bob.get(url, headers=ENGLISH).content.decode()
    assert "Welcome is talking with the guest" in page
    assert "/executions/" not in page
    assert bob.post(f"{url}stop/", headers={"HX-Request": "true"}).status_code == 200
    with inside(history.salon_id):
        assert FlowExecution.objects.get(pk=history.run.pk).status == "cancelled"
    assert "is talking" not in bob.get_page(url)
    assert bob.post(f"{url}stop/", headers={"HX-Request": "true"}).status_code == 409


def test_a_contacts_runs_say_where_they_stand(alice: Browser, history: History) -> None:
    with inside(history.salon_id):
        FlowExecution.objects.filter(pk=history.run.pk).update(state={"at": "hello"})
        contact = history.guest("Nobody")
        hers = Contact.objects.get(pk=history.run.contact_id)
    part = alice.get(f"/flows/contacts/{hers.public_id}/", headers=ENGLISH).content.decode()
    assert "Waiting" in part
    assert "<span>Message</span>" in part
    assert url_of(history.run) not in alice.get_page(f"/flows/contacts/{contact.public_id}/")


def test_who_may_not(salons: Salons, vera: Browser, charlie: Browser, history: History) -> None:
    """TN-004."""
    run, call = history.run, called(history)
    with inside(history.salon_id):
        talk = Conversation.objects.get(pk=run.conversation_id)
    reads = [url_of(run), f"{url_of(run)}steps/", f"{url_of(run)}calls/{call.public_id}/"]
    reads.append(f"/flows/{run.flow.public_id}/console/")
    assert {vera.get(url).status_code for url in reads} == {403}
    assert {charlie.get(url).status_code for url in [*reads, f"/flows/conversations/{talk.public_id}/"]} == {404}
    writes = [f"{url_of(run)}cancel/", f"/flows/conversations/{talk.public_id}/stop/"]
    assert {vera.post(url).status_code for url in writes} == {403}
    assert {charlie.post(url).status_code for url in writes} == {404}
    with inside(history.salon_id):
        assert FlowExecution.objects.get(pk=run.pk).status == "waiting"
