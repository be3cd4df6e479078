"""FL-002: a flow waits for something to happen to its guest, and goes on once when it does."""

from typing import Any

from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from flows.engine.inputs import Happened
from flows.models import FlowStep
from flows.runtime import inputs
from ops.eventqueue import handling
from ops.salon import inside
from tests.flows.runtime.conftest import Chat, ask, say

VIP = [{"kind": "contact.tagged", "where": "'vip' in event.added"}]


def waits(chat: Chat, **more: Any) -> None:
    node = {"id": "w", "type": "wait_for", "events": VIP, "replies": False, "variable": "what",
            "timeout": {"amount": 3, "unit": "days"}, **more}  # fmt: skip
    chat.publish(
        "waits", node, say("s", "welcome, vip"), say("t", "no"), edges=["start>w", "w.happened>s", "w.timeout>t"]
    )
    chat.says("oi")


def tag(chat: Chat, *tags: str) -> None:
    with inside(chat.salon_id):
        contacts.retag(Contact.objects.get(), add=tags, by=None)
    while handling.run():
        pass


def test_it_goes_on_when_it_happens(chat: Chat) -> None:
    waits(chat)
    assert chat.executions[0].awaits == ["contact.tagged"]
    tag(chat, "vip")
    assert (chat.answers, chat.executions[0].awaits) == (["welcome, vip"], [])
    with inside(chat.salon_id):
        said, _zone, _state = inputs.read(FlowStep.objects.get(event="happened").input or {})
    assert isinstance(said, Happened)
    assert said.payload["added"] == ["vip"]


def test_something_else_is_not_it(chat: Chat) -> None:
    waits(chat)
    tag(chat, "novo")
    assert (chat.answers, chat.executions[0].status) == ([], "waiting")
    tag(chat, "vip")
    assert chat.answers == ["welcome, vip"]


def test_it_does_not_happen(chat: Chat) -> None:
    waits(chat)
    chat.later(days=4)
    tag(chat, "vip")
    assert chat.answers == ["no"]


def test_a_flow_does_not_hear_itself(chat: Chat) -> None:
    """What it did before it began to wait is no news."""
    mark = {"id": "m", "type": "tag_contact", "add": ["vip"]}
    node = {"id": "w", "type": "wait_for", "events": VIP, "replies": False}
    chat.publish("marks", mark, node, say("s", "again"), edges=["start>m", "m>w", "w.happened>s"])
    chat.says("oi")
    while handling.run():
        pass
    assert (chat.answers, chat.executions[0].status) == ([], "waiting")


def test_it_lets_another_flow_finish(chat: Chat) -> None:
    """I8: while another one talks with the guest it stands back."""
    waits(chat)
    chat.publish("talks", ask("q", "which day?", "day"), edges=["start>q"], on="keywords", keywords=["marcar"])
    chat.says("marcar")
    tag(chat, "vip")
    assert chat.answers == ["which day?"]
    chat.says("friday")
    chat.later(minutes=6)
    assert chat.answers == ["which day?", "welcome, vip"]


def test_people_are_not_talked_over(chat: Chat) -> None:
    from crm.inbox.models import Conversation

    waits(chat)
    with inside(chat.salon_id):
        Conversation.objects.update(bot_on=False)
    tag(chat, "vip")
    assert chat.answers == []
    with inside(chat.salon_id):
        Conversation.objects.update(bot_on=True)
    chat.later(minutes=6)
    assert chat.answers == ["welcome, vip"]


def test_a_reply_or_an_event_whichever_comes_first(chat: Chat) -> None:
    node = {"id": "w", "type": "wait_for", "events": VIP}
    chat.publish("both", node, say("s", "vip"), say("r", "you wrote"), edges=["start>w", "w.happened>s", "w.replied>r"])
    chat.says("oi")
    chat.says("hello")
    tag(chat, "vip")
    assert chat.answers == ["you wrote"]
