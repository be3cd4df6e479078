"""FL-003: which flow a message begins, also while another one waits."""

from typing import Any

import pytest

from crm.contacts.models import Contact
from flows.models import Flow
from ops.salon import inside
from tests.flows.runtime.conftest import Chat, ask, pending, say

REFERRAL = {"source_id": "120", "source_type": "ad", "headline": "Corte novo", "source_url": "https://fb.me/x"}


def set_up(chat: Chat, name: str, **settings: Any) -> None:
    with inside(chat.salon_id):
        Flow.objects.filter(name=name).update(settings=settings)


def test_what_began_it_is_kept_and_seen(chat: Chat) -> None:
    chat.publish("word", say("s", "{{ trigger.on }}"), edges=["start>s"], on="keywords", keywords=["preço"])
    chat.says("preco")
    assert (chat.answers, [one.began_by for one in chat.executions]) == (["keywords"], ["keywords"])


def test_one_of_several_triggers_is_enough(chat: Chat) -> None:
    also = [{"trigger": "keywords", "keywords": ["oi", "hola"]}]
    chat.publish("both", say("s", "{{ trigger.on }}"), edges=["start>s"], on="referral", also=also)
    chat.says("¡Hola!")
    chat.says("tchau")
    assert chat.answers == ["keywords"]


def test_an_ad_begins_its_flow_and_tells_which(chat: Chat) -> None:
    chat.publish("any", say("s", "any"), edges=["start>s"])
    chat.publish("ad", say("s", "ad {{ trigger.source_id }}"), edges=["start>s"], on="referral", sources=["120"])
    chat.says("oi", referral=REFERRAL)
    chat.says("oi", referral={**REFERRAL, "source_id": "121"})
    assert chat.answers == ["ad 120", "any"]


def test_a_button_of_an_old_message_begins_a_flow(chat: Chat) -> None:
    chat.publish(
        "book", say("s", "book {{ trigger.title }}"), edges=["start>s"], on="button", replies=["n2:yes", "Sim"]
    )
    tap = {"type": "button_reply", "button_reply": {"id": "n2:yes", "title": "Quero"}}
    chat.sends("interactive", tap)
    chat.sends("interactive", {**tap, "button_reply": {"id": "other", "title": "sim"}})
    chat.says("n2:yes")
    assert chat.answers == ["book Quero", "book sim"]


@pytest.fixture
def asked(chat: Chat) -> Chat:
    """A flow waits for a name; the word `menu` would begin another one."""
    nodes = ask("ask", "Nome?", "name"), say("s", "Oi, {{ vars.name }}")
    chat.publish("ask", *nodes, edges=["start>ask", "ask.answered>s"], on="keywords", keywords=["oi"])
    chat.publish("menu", say("m", "the menu"), edges=["start>m"], on="keywords", keywords=["menu"], match="word")
    chat.says("oi")
    return chat


def test_a_keyword_is_an_answer_while_a_flow_waits(asked: Chat) -> None:
    asked.says("menu")
    assert asked.answers == ["Nome?", "Oi, menu"]


def test_one_that_may_interrupt_ends_the_one_that_waits(asked: Chat) -> None:
    set_up(asked, "menu", may_interrupt=True)
    asked.says("Menu!")
    assert asked.answers == ["Nome?", "the menu"]
    assert [one.status for one in asked.executions] == ["cancelled", "completed"]
    assert pending() == []


def test_only_by_the_keyword_alone(asked: Chat) -> None:
    set_up(asked, "menu", may_interrupt=True)
    asked.says("o menu é meu nome")
    assert asked.answers == ["Nome?", "Oi, o menu é meu nome"]


@pytest.mark.parametrize(
    "off", [{"is_active": False}, {"paused_at": "2026-11-20T12:00:00Z"}, {"archived_at": "2026-11-20T12:00:00Z"}]
)
def test_one_that_is_off_neither_begins_nor_interrupts(asked: Chat, off: dict[str, Any]) -> None:
    set_up(asked, "menu", may_interrupt=True)
    with inside(asked.salon_id):
        Flow.objects.filter(name="menu").update(**off)
    asked.says("menu")
    asked.says("menu")
    assert asked.answers == ["Nome?", "Oi, menu"]


def test_priority_goes_before_narrowness_and_age_decides_last(chat: Chat) -> None:
    for name in ("old", "new"):
        chat.publish(name, say("s", name), edges=["start>s"], on="keywords", keywords=["oi"])
    chat.publish("any", say("s", "any"), edges=["start>s"])
    chat.says("oi")
    with inside(chat.salon_id):
        Flow.objects.filter(name="any").update(priority=1)
    chat.says("oi")
    assert chat.answers == ["old", "any"]


@pytest.fixture
def missed(chat: Chat) -> Chat:
    """After thirty minutes without an answer a flow begins."""
    chat.publish("sorry", say("s", "Já respondemos"), edges=["start>s"], on="missed_reply", minutes=30)
    return chat


def test_a_guest_nobody_answers_for_so_long_is_answered(missed: Chat) -> None:
    missed.says("oi")
    missed.later(minutes=29)
    assert missed.answers == []
    missed.later(minutes=2)
    assert missed.answers == ["Já respondemos"]
    assert [one.began_by for one in missed.executions] == ["missed_reply"]
    missed.later(hours=3)
    assert len(missed.answers) == 1


def test_a_person_or_a_flow_that_answered_makes_it_none(missed: Chat) -> None:
    missed.publish("word", say("s", "answered"), edges=["start>s"], on="keywords", keywords=["preço"])
    missed.says("oi")
    missed.later(minutes=10)
    missed.says("preço")
    missed.later(hours=2)
    assert missed.answers == ["answered"]


def test_the_time_runs_from_the_first_message_nobody_answered(missed: Chat) -> None:
    missed.publish("word", say("s", "answered"), edges=["start>s"], on="keywords", keywords=["preço"])
    missed.says("oi")
    missed.later(minutes=20)
    missed.says("preço")
    missed.later(minutes=5)
    missed.says("e amanhã?")
    missed.later(minutes=6)
    assert missed.answers == ["answered"]
    missed.later(minutes=25)
    assert missed.answers == ["answered", "Já respondemos"]


def test_the_first_message_of_a_contact(chat: Chat) -> None:
    chat.publish("first", say("s", "welcome"), edges=["start>s"], on="first_contact")
    chat.says("oi")
    chat.says("oi")
    assert chat.answers == ["welcome"]
    with inside(chat.salon_id):
        assert Contact.objects.count() == 1
