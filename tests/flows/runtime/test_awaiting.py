"""FL-002: a flow waits for something to happen to its guest, and goes on once when it does."""

from itertools import pairwise
from typing import Any

from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.inbox.actions import set_bot
from crm.inbox.models import Conversation
from flows.engine.inputs import Happened
from flows.models import FlowStep
from flows.runtime import inputs
from ops.eventqueue import handling
from ops.events.actions import emit
from ops.salon import inside
from tenants.members.models import Member
from tests.flows.runtime.conftest import Chat, ask, pending, say

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
    """What happened meanwhile is brought when they are done, without anybody looking for it all the time."""
    waits(chat)
    answers_alone(chat, True)
    tag(chat, "vip")
    assert (chat.answers, [kind for kind, _ in pending()]) == ([], ["flow.wait"])
    answers_alone(chat, False)
    chat.later(seconds=1)
    assert chat.answers == ["welcome, vip"]


def answers_alone(chat: Chat, on: bool) -> None:
    with inside(chat.salon_id):
        set_bot(conversation=Conversation.objects.get(), on=not on, by=Member.objects.get(name="Alice"))
    while handling.run():
        pass


TWICE = [{"kind": "contact.tagged"}]


def two_waits(chat: Chat, *between: dict[str, Any]) -> None:
    first = {"id": "a", "type": "wait_for", "events": TWICE, "replies": False, "variable": "one"}
    second = {"id": "b", "type": "wait_for", "events": TWICE, "replies": False, "variable": "two"}
    last = say("s", "{{ vars.one.added }} {{ vars.two.added }}")
    stops = ["a.happened", *(one["id"] for one in between), "b"]
    way = ["start>a", *(f"{source}>{target.partition('.')[0]}" for source, target in pairwise(stops)), "b.happened>s"]
    chat.publish("twice", first, *between, second, last, edges=way)
    chat.says("oi")


def test_two_of_a_kind_within_a_moment_are_two(chat: Chat) -> None:
    """FL-005: both were there before the flow had heard of the first."""
    two_waits(chat)
    with inside(chat.salon_id):
        contacts.retag(Contact.objects.get(), add=["um"], by=None)
        contacts.retag(Contact.objects.get(), add=["dois"], by=None)
    while handling.run():
        pass
    assert (chat.answers, chat.executions[0].status) == (["um dois"], "completed")


def test_its_own_doing_between_them_is_none_of_them(chat: Chat) -> None:
    two_waits(chat, {"id": "m", "type": "tag_contact", "add": ["meu"]})
    tag(chat, "um")
    assert (chat.answers, chat.executions[0].status) == ([], "waiting")
    tag(chat, "dois")
    assert chat.answers == ["um dois"]


def test_of_two_kinds_the_second_may_be_there_already(chat: Chat) -> None:
    first = {"id": "a", "type": "wait_for", "events": TWICE, "replies": False}
    second = {"id": "b", "type": "wait_for", "events": [{"kind": "consent.changed"}], "replies": False}
    chat.publish("two", first, second, say("s", "both"), edges=["start>a", "a.happened>b", "b.happened>s"])
    chat.says("oi")
    with inside(chat.salon_id):
        found = Contact.objects.get()
        contacts.retag(found, add=["um"], by=None)
        emit("consent.changed", subject=found.public_id, payload={"contact_id": found.pk})
    while handling.run():
        pass
    assert chat.answers == ["both"]


def test_both_are_kept_while_people_answer(chat: Chat) -> None:
    two_waits(chat)
    answers_alone(chat, True)
    tag(chat, "um")
    tag(chat, "dois")
    answers_alone(chat, False)
    chat.later(seconds=1)
    assert chat.answers == ["um dois"]


def test_a_reply_or_an_event_whichever_comes_first(chat: Chat) -> None:
    node = {"id": "w", "type": "wait_for", "events": VIP}
    chat.publish("both", node, say("s", "vip"), say("r", "you wrote"), edges=["start>w", "w.happened>s", "w.replied>r"])
    chat.says("oi")
    chat.says("hello")
    tag(chat, "vip")
    assert chat.answers == ["you wrote"]
