"""FL-010: a run that fails is taken over by a person; a flow that fails again and again is paused."""

from typing import Any

import pytest

from crm.inbox.models import Conversation
from flows import actions
from flows.models import Flow, FlowExecution
from flows.runtime import budget
from ops import clock
from ops.eventqueue import handling
from ops.salon import inside
from tenants.alerts.models import Alert
from tenants.audit.models import AuditEntry
from tenants.members.models import Member
from tests.flows.runtime.conftest import Chat

# Goes round and round without waiting.
LOOP: list[dict[str, Any]] = [
    {"id": "c", "type": "condition", "branches": [{"id": "b", "when": "true", "label": "x"}]},
]


@pytest.fixture
def broken(chat: Chat) -> Chat:
    """Aurora's only flow fails at every message; two failures are its budget, and people do not take over."""
    chat.publish("loop", *LOOP, edges=["start>c", "c.b>c"])
    configure(chat, hand_over_on_failure=False, error_budget={"failures": 2, "within_minutes": 60})
    return chat


def configure(chat: Chat, **settings: Any) -> None:
    with inside(chat.salon_id):
        Flow.objects.update(settings=settings)


def fail(chat: Chat, times: int = 1) -> None:
    for _ in range(times):
        chat.says("oi")
        handling.run()


def flow(chat: Chat) -> Flow:
    with inside(chat.salon_id):
        return Flow.objects.get()


def alerts(chat: Chat) -> list[tuple[str, str]]:
    with inside(chat.salon_id):
        return list(Alert.objects.open().filter(kind="flow.paused").values_list("level", "link"))


def test_at_the_budget_the_flow_is_paused_and_the_owner_told_once(broken: Chat) -> None:
    fail(broken)
    assert flow(broken).paused_at is None
    fail(broken)
    assert flow(broken).paused_reason.startswith("2/60 too_many_nodes")
    assert alerts(broken) == [("critical", f"/flows/{flow(broken).public_id}/executions/?status=failed")]
    with inside(broken.salon_id):
        assert AuditEntry.objects.filter(action="flow.paused").count() == 1
        assert budget.paused_words(Flow.objects.get()).startswith("2 ")


def test_a_paused_flow_starts_nothing(broken: Chat) -> None:
    fail(broken, 4)
    assert len(broken.executions) == 2


def test_failures_far_apart_pause_nothing(broken: Chat) -> None:
    fail(broken)
    broken.later(hours=2)
    fail(broken)
    assert flow(broken).paused_at is None


def test_a_person_lets_it_go_on_and_the_count_begins_anew(broken: Chat) -> None:
    fail(broken, 2)
    with inside(broken.salon_id):
        by = Member.objects.get(name="Alice")
        actions.resume(Flow.objects.get(), by=by)
    handling.run()
    assert alerts(broken) == []
    fail(broken)
    assert flow(broken).paused_at is None
    fail(broken)
    assert flow(broken).paused_at is not None
    assert len(alerts(broken)) == 1


def test_an_older_run_that_fails_after_somebody_looked_does_not_count(broken: Chat) -> None:
    fail(broken, 2)
    with inside(broken.salon_id):
        actions.resume(Flow.objects.get(), by=Member.objects.get(name="Alice"))
        FlowExecution.objects.update(ended_at=clock.now())
        budget.check([Flow.objects.get().pk])
    assert flow(broken).paused_at is None


def test_what_failed_goes_to_a_person(chat: Chat) -> None:
    chat.publish("loop", *LOOP, edges=["start>c", "c.b>c"])
    fail(chat)
    with inside(chat.salon_id):
        talk = Conversation.objects.get()
    assert (talk.bot_on, talk.attention) == (False, "flow_failed")
    assert talk.bot_resumes_at is not None


def test_the_guest_is_told_in_the_flows_words_and_not_over_and_over(broken: Chat) -> None:
    configure(broken, failure_text="Desculpe, {{ contact.first_name }}!", hand_over_on_failure=False)
    fail(broken, 3)
    assert broken.answers == ["Desculpe, Ana!"]


def test_out_of_the_window_nothing_is_said(chat: Chat) -> None:
    wait = {"id": "w", "type": "wait", "amount": 2, "unit": "days"}
    chat.publish("loop", wait, *LOOP, edges=["start>w", "w>c", "c.b>c"])
    configure(chat, failure_text="Desculpe!")
    chat.says("oi")
    chat.later(days=3)
    handling.run()
    assert [one.status for one in chat.executions] == ["failed"]
    assert chat.answers == []


def test_people_who_answer_are_not_talked_over(broken: Chat) -> None:
    configure(broken, failure_text="Desculpe!")
    broken.says("oi")
    with inside(broken.salon_id):
        Conversation.objects.update(bot_on=False)
    handling.run()
    assert broken.answers == []
