"""A blocked guest (CR-001): what they write is kept, nobody is told, and nothing goes to them."""

from typing import Any

import pytest

from channels_wa.inbound.steps import Incoming
from channels_wa.messages.models import Message
from crm.contacts import actions
from crm.contacts.models import Contact
from crm.contacts.outbound import blocked_of
from crm.inbox.models import Conversation
from ops import clock
from ops.salon import inside
from tests.inbound import talks
from tests.inbound.conftest import talk
from tests.world import Salons

__all__ = ["talk"]


@pytest.fixture(autouse=True)
def _asked(talk: Salons, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    told: list[Any] = []
    monkeypatch.setattr("crm.inbox.inbound.tell_new", lambda *ids: told.append(ids))
    return told


def test_a_message_says_when_the_guest_wrote_last(talk: Salons) -> None:
    talks.hear("oi")
    with inside(talk.aurora.pk):
        assert Contact.objects.get().seen_at is not None


def test_what_a_blocked_guest_writes_is_kept_and_nobody_is_told(talk: Salons, _asked: list[Any]) -> None:
    talks.hear("oi")
    with inside(talk.aurora.pk):
        actions.block(Contact.objects.get(), on=True, by=None)
        Conversation.objects.update(unread=0)
        _asked.clear()
    talks.hear("still there?", timestamp="1790000900")
    with inside(talk.aurora.pk):
        assert Message.objects.filter(direction="in").count() == 2
        assert Conversation.objects.get().unread == 0
    assert _asked == []


def test_no_flow_answers_a_blocked_guest() -> None:
    from crm.contacts.inbound import leave_blocked_alone

    known: dict[str, Any] = {"item_id": 1, "number_id": 1, "portfolio": "", "message": None, "at": clock.now()}
    batch = [Incoming(**known, is_blocked=True), Incoming(**known)]
    assert leave_blocked_alone(batch) == [True, False]


def test_unblocked_they_are_like_everybody(talk: Salons) -> None:
    talks.hear("oi")
    with inside(talk.aurora.pk):
        contact = Contact.objects.get()
        actions.block(contact, on=True, by=None)
        assert blocked_of([contact.pk]) == {contact.pk}
        actions.block(contact, on=False, by=None)
        assert blocked_of([contact.pk]) == set()
