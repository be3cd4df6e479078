"""FL-002: what flows change of the salon's, in the transaction of the step; a fault of it stops nobody."""

from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from crm.consent.models import ConsentEntry
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from flows.engine.events import Effect
from flows.models import FlowStep
from flows.nodes.base import TYPES
from flows.runtime import effects
from ops.events.models import Event
from ops.salon import inside
from tenants.alerts.models import Alert
from tenants.audit.models import AuditEntry
from tests.flows.runtime.conftest import Chat, say
from tests.world import Browser


def does(chat: Chat, *nodes: dict[str, Any]) -> None:
    """A guest says "oi" and a flow of these nodes, one after the other, says "done" at its end."""
    names = ["start", *(node["id"] for node in nodes), "s"]
    edges = [f"{one}>{following}" for one, following in pairwise(names)]
    chat.publish("does", *nodes, say("s", "done"), edges=edges)
    chat.says("sim, quero")


def contact(chat: Chat) -> Contact:
    with inside(chat.salon_id):
        return Contact.objects.get()


def talk(chat: Chat) -> Conversation:
    with inside(chat.salon_id):
        return Conversation.objects.select_related("assignee").get()


def errors(chat: Chat) -> list[str]:
    with inside(chat.salon_id):
        return list(FlowStep.objects.exclude(error="").order_by("seq").values_list("error", flat=True))


def audited(chat: Chat, action: str) -> AuditEntry:
    with inside(chat.salon_id):
        return AuditEntry.objects.get(action=action)


def test_tags(chat: Chat) -> None:
    does(chat, {"id": "t", "type": "tag_contact", "add": ["vip", "novo"]},
         {"id": "u", "type": "tag_contact", "add": ["fiel"], "remove": ["novo"]})  # fmt: skip
    assert (contact(chat).tags, chat.answers, errors(chat)) == (["vip", "fiel"], ["done"], [])
    with inside(chat.salon_id):
        events = list(Event.objects.filter(kind="contact.changed").order_by("id").values_list("payload", flat=True))
        actors = set(AuditEntry.objects.filter(action="contact.changed").values_list("actor_kind", flat=True))
    assert [event["tags_added"] for event in events] == [["vip", "novo"], ["fiel"]]
    assert (events[1]["tags_removed"], events[1]["by"], actors) == (["novo"], "flow", {"flow"})


def test_fields_name_and_language(chat: Chat) -> None:
    does(chat, {"id": "f", "type": "set_field", "field": "size", "value": "42"},
         {"id": "n", "type": "set_field", "target": "name", "value": "'Ana Souza'"},
         {"id": "l", "type": "set_field", "target": "language", "value": "'es'"})  # fmt: skip
    person = contact(chat)
    assert (person.fields, person.name, person.language, errors(chat)) == ({"size": 42}, "Ana Souza", "es", [])


def test_consent_keeps_what_the_guest_said(chat: Chat) -> None:
    does(chat, {"id": "c", "type": "consent", "purpose": "marketing", "state": "granted"})
    with inside(chat.salon_id):
        entry = ConsentEntry.objects.filter(purpose="marketing").latest("pk")
    assert (entry.state, entry.source, entry.evidence) == ("granted", "flow", "does: sim, quero")
    assert entry.by.startswith("flow ")


def test_assigning(chat: Chat, alice: Browser) -> None:
    does(chat, {"id": "a", "type": "assign", "member": str(alice.member.public_id)})
    assert talk(chat).assignee == alice.member
    assert audited(chat, "conversation.assigned").actor_kind == "flow"


def test_handing_over(chat: Chat) -> None:
    """The guest is told, flows fall silent, a person is called with the note."""
    does(chat, {"id": "h", "type": "hand_over", "text": "Já chamo alguém!", "note": "quer desconto"})
    found = talk(chat)
    assert (found.bot_on, found.attention, found.bot_resumes_at is None) == (False, "handed_over", False)
    assert chat.answers == ["Já chamo alguém!", "done"]
    with inside(chat.salon_id):
        assert Alert.objects.get().text_words == "quer desconto"
    chat.says("oi?")
    assert len(chat.executions) == 1


def test_closing(chat: Chat) -> None:
    does(chat, {"id": "c", "type": "close_conversation"})
    assert (talk(chat).closed_at is None, chat.answers) == (False, ["done"])


def test_telling_the_team(chat: Chat) -> None:
    does(chat, {"id": "t", "type": "tell_team", "text": "dia de noiva", "level": "warning"})
    with inside(chat.salon_id):
        alert = Alert.objects.get()
    assert (alert.text_words, alert.level, alert.is_notice) == ("dia de noiva", "warning", True)
    assert alert.link == f"/inbox/{talk(chat).public_id}/"


def test_a_member_who_left_stops_nobody(chat: Chat, alice: Browser) -> None:
    does(chat, {"id": "a", "type": "assign", "member": str(uuid4())}, {"id": "t", "type": "tag_contact", "add": ["x"]})
    assert (chat.answers, contact(chat).tags) == (["done"], ["x"])
    assert errors(chat) == ["conversation.assign: this member does not work here any more"]


def test_one_that_breaks_stops_nobody(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it had done is taken back, alone."""

    def broken(batch: Any) -> None:
        effects.tag(batch)
        raise RuntimeError("broken")

    monkeypatch.setitem(effects.EFFECTS, "contact.tag", broken)
    does(chat, {"id": "t", "type": "tag_contact", "add": ["x"]})
    assert (chat.answers, contact(chat).tags, errors(chat)) == (["done"], [], ["contact.tag: RuntimeError"])


def test_a_step_tried_again_does_it_once(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """I9: an effect commits with its step."""
    from flows.runtime import rows

    real, calls = rows.write_steps, iter([True])

    def fails_once(*given: Any) -> list[int]:
        if next(calls, False):
            raise RuntimeError("the worker is lost here")
        return real(*given)

    monkeypatch.setattr(rows, "write_steps", fails_once)
    does(chat, {"id": "t", "type": "tell_team", "text": "one"})
    with inside(chat.salon_id):
        assert Alert.objects.count() == 0
    from channels_wa.inbound import drain
    from channels_wa.inbound.models import InboxItem

    InboxItem.objects.update(due_at=chat_now())
    drain.run()
    with inside(chat.salon_id):
        assert Alert.objects.count() == 1
    assert chat.answers == ["done"]


def chat_now() -> Any:
    from ops import clock

    return clock.real()


def test_every_effect_of_a_node_has_a_function() -> None:
    """The names stand in the nodes' sources as `Effect("…"`."""
    import inspect
    import re
    import sys

    wanted = set()
    for node in TYPES.values():
        source = inspect.getsource(sys.modules[node.__module__])
        wanted |= set(re.findall(r'Effect\(f?"([a-z_.{}]+)"', source)) - {""}
        assert Effect.__name__
    wanted = {name for one in wanted for name in ([one] if "{" not in one else ["contact.name", "contact.language"])}
    expanded = {name.replace("{self.target}", "name") for name in wanted}
    assert expanded and expanded <= effects.EFFECTS.keys()
    assert {"webhook", "consent", "contact.field"} <= expanded
