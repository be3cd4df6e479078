"""Runs that no message of the guest begins: where they talk, and with whom they do not."""

import pytest

from channels_wa.numbers.models import Number
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from crm.inbox.opening import opened_for
from flows.models import Flow, FlowExecution
from flows.runtime.starting import Fate, Wish, start_many
from ops.salon import inside
from tests.flows.runtime.conftest import Chat, ask, say
from tests.world import Salons


@pytest.fixture
def guest(chat: Chat) -> Chat:
    """A guest who wrote once."""
    chat.says("oi")
    return chat


def wish(chat: Chat, name: str, contact: int | None = None, **more: int) -> Wish:
    flow = Flow.objects.get(name=name)
    return Wish(flow.pk, contact or Contact.objects.get().pk, "event", {"on": "event"}, **more)  # type: ignore[arg-type]


def test_two_flows_of_one_guest_go_one_after_the_other(guest: Chat) -> None:
    guest.publish("hello", say("s", "hello"), edges=["start>s"], on="none")
    guest.publish("ask", ask("a", "Nome?", "name"), edges=["start>a"], on="none")
    with inside(guest.salon_id):
        wishes = [wish(guest, "hello"), wish(guest, "ask"), wish(guest, "hello")]
        assert [one.fate for one in start_many(wishes)] == [Fate.STARTED, Fate.STARTED, Fate.BUSY]
    assert guest.answers == ["hello", "Nome?"]


def test_who_cannot_be_written_to_is_left_alone(guest: Chat) -> None:
    guest.publish("hello", say("s", "hello"), edges=["start>s"], on="none")
    with inside(guest.salon_id):
        nobody = Contact.objects.create(name="No phone")
        assert [one.fate for one in start_many([wish(guest, "hello", nobody.pk)])] == [Fate.GONE]
        assert [one.fate for one in start_many([wish(guest, "hello", 999_999)])] == [Fate.GONE]
        assert not FlowExecution.objects.exists()


def test_a_contact_of_another_salon_is_nobody(guest: Chat, salons: Salons) -> None:
    guest.publish("hello", say("s", "hello"), edges=["start>s"], on="none")
    with inside(salons.other.pk):
        foreign = Contact.objects.create(pk=555_555, name="Theirs")
    with inside(guest.salon_id):
        assert start_many([wish(guest, "hello", foreign.pk)])[0].fate is Fate.GONE


def test_it_talks_over_the_number_one_chose(guest: Chat) -> None:
    guest.publish("hello", say("s", "hello"), edges=["start>s"], on="none")
    with inside(guest.salon_id):
        other = Number.objects.create(
            salon_id=guest.salon_id,
            phone_number_id="9" * 15,
            waba_id="1" * 16,
            portfolio="1" * 16,
            display_phone="+55 11 9999-9999",
        )
        [begun] = start_many([wish(guest, "hello", number_id=other.pk)])
        assert begun.execution
        run = FlowExecution.objects.get(public_id=begun.execution)
        assert Conversation.objects.get(pk=run.conversation_id).number_id == other.pk
        # From now on it is the number they last used.
        contact = Contact.objects.get().pk
        assert opened_for([contact])[contact].number_id == other.pk


def test_a_salon_without_a_number_starts_nothing(guest: Chat) -> None:
    guest.publish("hello", say("s", "hello"), edges=["start>s"], on="none")
    Number.objects.filter(salon_id=guest.salon_id).update(state="disconnected")
    with inside(guest.salon_id):
        assert start_many([wish(guest, "hello")])[0].fate is Fate.GONE
