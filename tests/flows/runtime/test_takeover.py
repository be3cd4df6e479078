"""FR-WA-007: a person answers, flows fall silent there, and go on by rule; nothing they owe the guest is lost."""

from datetime import timedelta
from typing import Any

import pytest

from crm.consent import policy
from crm.contacts.models import Contact
from crm.inbox import actions, takeover
from crm.inbox.models import Conversation
from crm.inbox.sending import Content, send_message
from ops import clock
from ops.eventqueue import handling
from ops.events.models import Event
from ops.salon import inside
from tenants.members.models import Member
from tests.flows.runtime.conftest import Chat, ask, pending, say, wait
from tests.world import Browser

AN_HOUR = {"timeout": {"amount": 1, "unit": "hours"}}


@pytest.fixture(autouse=True)
def _rules_of_now() -> None:
    policy._policy.cache_clear()


def talk(chat: Chat) -> Conversation:
    with inside(chat.salon_id):
        return Conversation.objects.latest("pk")


def answer(chat: Chat, text: str = "Aqui é a Alice", **more: Any) -> None:
    """Alice writes in the portal."""
    with inside(chat.salon_id):
        by = Member.objects.get(name="Alice")
        send_message(contact=Contact.objects.get(), content=Content("text", text), purpose="reply", by=by, **more)
    handling.run()


def set_hours(chat: Chat, hours: int) -> None:
    with inside(chat.salon_id):
        policy.change({"takeover_hours": hours}, by=Member.objects.get(name="Alice"))


@pytest.fixture
def asked(chat: Chat) -> Chat:
    """A guest who was asked for a name, and has an hour."""
    nodes = ask("ask", "Nome?", "name", **AN_HOUR), say("hi", "Oi, {{ vars.name }}"), say("late", "Até mais")
    chat.publish("ask", *nodes, edges=["start>ask", "ask.answered>hi", "ask.timeout>late"])
    chat.says("oi")
    return chat


def test_a_persons_answer_silences_flows_for_the_hours_of_the_rule(asked: Chat) -> None:
    answer(asked)
    found = talk(asked)
    assert not found.bot_on and found.bot_resumes_at
    assert abs(found.bot_resumes_at - clock.now() - timedelta(hours=12)) < timedelta(seconds=5)
    asked.says("Ana")
    assert asked.answers == ["Nome?", "Aqui é a Alice"]
    assert asked.executions[0].status == "waiting"


def test_each_further_answer_moves_the_end_on(asked: Chat) -> None:
    answer(asked)
    asked.later(hours=11)
    answer(asked, "Ainda aqui")
    asked.later(hours=2)
    assert not talk(asked).bot_on
    asked.later(hours=11)
    assert talk(asked).bot_on and talk(asked).bot_resumes_at is None
    with inside(asked.salon_id):
        told = Event.objects.filter(kind="conversation.bot_changed").order_by("pk").values_list("payload", flat=True)
        assert [(one["bot_on"], one["by"]) for one in told] == [(False, "member"), (True, "rule")]


def test_a_time_out_is_held_meanwhile_and_comes_after(asked: Chat) -> None:
    answer(asked)
    asked.later(hours=5)
    assert asked.answers == ["Nome?", "Aqui é a Alice"]
    assert [kind for kind, _ in pending()] == ["conversation.bot_resumes"]
    asked.later(hours=8)
    handling.run()
    asked.later(seconds=1)
    assert asked.answers == ["Nome?", "Aqui é a Alice", "Até mais"]
    assert [one.status for one in asked.executions] == ["completed"]


def test_the_run_goes_on_where_it_waited(asked: Chat) -> None:
    answer(asked)
    with inside(asked.salon_id):
        actions.set_bot(conversation=talk(asked), on=True, by=Member.objects.get(name="Alice"))
    handling.run()
    assert pending() == [("flow.wait", str(asked.executions[0].pk))]
    asked.says("Ana")
    assert asked.answers[-1] == "Oi, Ana"


def test_zero_hours_are_until_somebody_switches(asked: Chat) -> None:
    set_hours(asked, 0)
    answer(asked)
    assert (talk(asked).bot_on, talk(asked).bot_resumes_at) == (False, None)
    asked.later(days=20)
    assert not talk(asked).bot_on
    assert pending() == []


def test_silenced_by_hand_stays_so_whatever_is_written(asked: Chat) -> None:
    with inside(asked.salon_id):
        actions.set_bot(conversation=talk(asked), on=False, by=Member.objects.get(name="Alice"))
    answer(asked)
    asked.later(days=2)
    assert not talk(asked).bot_on


def test_by_hand_ends_the_rule(asked: Chat) -> None:
    answer(asked)
    with inside(asked.salon_id):
        by = Member.objects.get(name="Alice")
        assert actions.set_bot(conversation=talk(asked), on=False, by=by)
        assert not actions.set_bot(conversation=talk(asked), on=False, by=by)
    asked.later(days=2)
    assert not talk(asked).bot_on


def test_a_closed_talk_holds_nothing_and_the_next_one_is_answered(chat: Chat) -> None:
    chat.publish("slow", wait("w", 1, "hours"), say("s", "a reminder"), edges=["start>w", "w>s"])
    chat.says("oi")
    answer(chat)
    chat.later(hours=2)
    with inside(chat.salon_id):
        actions.close(conversation=talk(chat), by=Member.objects.get(name="Alice"))
    handling.run()
    chat.later(seconds=1)
    assert chat.answers == ["Aqui é a Alice", "a reminder"]
    chat.says("oi de novo")
    assert talk(chat).bot_on


def test_a_retry_and_an_emoji_take_nothing_over(asked: Chat) -> None:
    answer(asked, takes_over=False)
    assert talk(asked).bot_on


def test_a_late_timer_does_nothing(asked: Chat) -> None:
    answer(asked)
    with inside(asked.salon_id):
        Conversation.objects.update(bot_resumes_at=clock.now() + timedelta(days=3))
    asked.later(hours=13)
    assert not talk(asked).bot_on


def test_the_head_says_until_when(alice: Browser, asked: Chat) -> None:
    answer(asked)
    page = alice.get(f"/inbox/{talk(asked).public_id}/?part=head", headers={"accept-language": "en"}).content.decode()
    assert "Flows answer again at " in page and "Keep flows silent until I say so" in page


def test_the_hours_stand_among_the_rules(alice: Browser, vera: Browser, chat: Chat) -> None:
    given = {"takeover_hours": "3", "own_words": "", "quiet_from": "", "quiet_until": ""}
    assert vera.post("/settings/rules/", given).status_code == 403
    assert alice.post("/settings/rules/", {**given, "takeover_hours": "721"}).status_code == 422
    assert alice.post("/settings/rules/", given).status_code == 303
    with inside(chat.salon_id):
        assert policy.policy().takeover_hours == 3


def test_a_flow_hands_over_for_the_same_hours(asked: Chat) -> None:
    with inside(asked.salon_id):
        takeover.take_over([talk(asked).pk], by="flow")
    assert talk(asked).bot_resumes_at is not None
