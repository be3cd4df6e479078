"""Names of guests change and meet: one person stays one contact, and nothing of theirs is lost (ARCHITECTURE §3)."""

from typing import Any

import pytest

from channels_wa.messages.models import Identity, Message
from crm.contacts.merging import kept_of
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from ops.events.models import Event
from ops.salon import inside
from tests.inbound import talks
from tests.inbound.talks import GUEST
from tests.world import Salons

NEW = "5511977776666"


@pytest.fixture(autouse=True)
def _inside(talk: Salons) -> Any:
    yield


def names(contact: Contact) -> dict[str, bool]:
    """Whether each identity of a contact leads to them by now."""
    found = Identity.with_former.filter(contact_id=contact.pk).values_list("value", "former_at")
    return {value: former_at is None for value, former_at in found}


def test_a_new_phone_is_the_same_contacts_and_the_old_one_is_former(talk: Salons) -> None:
    talks.hear("oi")
    talks.notice("user_changed_number", wa_id=NEW)
    talks.hear("sou eu", sender=NEW, timestamp="1790000200")
    with inside(talk.aurora.pk):
        contact = Contact.objects.get()
        assert names(contact) == {f"+{GUEST}": False, f"+{NEW}": True}
        assert Message.objects.filter(contact_id=contact.pk).count() == 3


def test_who_has_a_former_phone_later_is_somebody_else(talk: Salons) -> None:
    talks.hear("oi")
    talks.notice("user_changed_number", wa_id=NEW)
    talks.hear("quem é?", sender=GUEST, timestamp="1790009999")
    with inside(talk.aurora.pk):
        assert Contact.objects.count() == 2
        assert Message.objects.get(text="quem é?").contact_id != Message.objects.get(text="oi").contact_id


def test_a_message_that_comes_after_the_change_but_was_sent_before_it_is_the_old_contacts(talk: Salons) -> None:
    talks.hear("oi")
    talks.notice("user_changed_number", at="1790000500", wa_id=NEW)
    talks.hear("atrasada", sender=GUEST, timestamp="1790000400")
    with inside(talk.aurora.pk):
        assert Contact.objects.count() == 1
        assert names(Contact.objects.get()) == {f"+{GUEST}": False, f"+{NEW}": True}


def test_a_stranger_who_changes_the_number_has_both_names(talk: Salons) -> None:
    talks.notice("user_changed_number", wa_id=NEW)
    with inside(talk.aurora.pk):
        assert names(Contact.objects.get()) == {f"+{GUEST}": False, f"+{NEW}": True}


def test_a_message_from_the_new_phone_that_is_quicker_than_the_notice_makes_no_second_person(talk: Salons) -> None:
    talks.hear("oi")
    talks.hear("sou eu", sender=NEW)
    with inside(talk.aurora.pk):
        newer = Contact.objects.latest("pk")
    talks.notice("user_changed_number", wa_id=NEW)
    with inside(talk.aurora.pk):
        contact = Contact.objects.get()
        assert contact.pk < newer.pk
        assert set(Message.objects.values_list("contact_id", flat=True)) == {contact.pk}
        merged = kept_of(newer.public_id)
        assert merged is not None and merged.pk == contact.pk


def test_the_open_talks_of_both_become_one(talk: Salons) -> None:
    talks.hear("oi")
    talks.hear("sou eu", sender=NEW)
    talks.notice("user_changed_number", wa_id=NEW)
    with inside(talk.aurora.pk):
        (still_open,) = Conversation.objects.filter(closed_at=None)
        assert set(Message.objects.values_list("conversation_id", flat=True)) == {still_open.pk}
        assert still_open.unread == 2
        assert [one.last_kind for one in Conversation.objects.exclude(closed_at=None)] == ["goes_on"]


def test_a_phone_that_somebody_else_had_for_long_passes_on_and_a_person_is_told(talk: Salons) -> None:
    talks.hear("oi")
    talks.hear("sou outra", sender=NEW)
    with inside(talk.aurora.pk):
        Identity.objects.filter(value=f"+{NEW}").update(created_at="2020-01-01T00:00:00Z")
    talks.notice("user_changed_number", wa_id=NEW)
    with inside(talk.aurora.pk):
        first, second = Contact.objects.order_by("pk")
        assert names(first) == {f"+{GUEST}": False, f"+{NEW}": True}
        assert names(second) == {f"+{NEW}": False}
        assert Message.objects.get(text="sou outra").contact_id == second.pk
        assert Conversation.objects.get(contact=second).attention == "phone_passed_on"


def test_a_new_user_id_is_the_same_contacts_by_the_notice(talk: Salons) -> None:
    talks.hear("oi", from_user_id="BR.1")
    sender = {"from": GUEST, "from_user_id": "BR.1"}
    talks.notice("user_changed_user_id", sender=sender, user_id="BR.2", previous_user_id="BR.1")
    talks.hear_of("BR.2", timestamp="1790000200")
    with inside(talk.aurora.pk):
        assert names(Contact.objects.get()) == {f"+{GUEST}": True, "BR.1": False, "BR.2": True}


def test_a_new_user_id_is_the_same_contacts_by_the_webhook(talk: Salons) -> None:
    talks.hear_of("BR.1")
    update = {"user_id": {"previous": "BR.1", "current": "BR.2"}, "timestamp": "1790000100"}
    talks.change("user_id_update", user_id_update=[update])
    talks.hear_of("BR.2", timestamp="1790000200")
    with inside(talk.aurora.pk):
        assert names(Contact.objects.get()) == {"BR.1": False, "BR.2": True}


@pytest.mark.parametrize("webhook_first", [True, False])
def test_the_notice_and_the_webhook_together_change_nothing_twice(talk: Salons, webhook_first: bool) -> None:
    talks.hear("oi", from_user_id="BR.1")
    sender = {"from": GUEST, "from_user_id": "BR.1"}
    update = {"user_id": {"previous": "BR.1", "current": "BR.2"}, "timestamp": "1790000100"}
    for of_webhook in (webhook_first, not webhook_first):
        if of_webhook:
            talks.change("user_id_update", user_id_update=[update])
        else:
            talks.notice("user_changed_user_id", sender=sender, user_id="BR.2", previous_user_id="BR.1")
    with inside(talk.aurora.pk):
        assert names(Contact.objects.get()) == {f"+{GUEST}": True, "BR.1": False, "BR.2": True}


def test_one_message_with_the_names_of_two_contacts_makes_them_one(talk: Salons) -> None:
    talks.hear("oi")
    talks.hear_of("BR.7", "sem telefone")
    talks.hear("os dois", from_user_id="BR.7")
    with inside(talk.aurora.pk):
        contact = Contact.objects.get()
        assert names(contact) == {f"+{GUEST}": True, "BR.7": True}
        assert set(Message.objects.values_list("contact_id", flat=True)) == {contact.pk}
        assert Event.objects.filter(kind="contact.merged").count() == 1


def test_a_phone_with_another_user_id_is_somebody_else(talk: Salons) -> None:
    talks.hear("oi", from_user_id="BR.1")
    talks.hear("nova dona do número", from_user_id="BR.2", timestamp="1790000200")
    with inside(talk.aurora.pk):
        first, second = Contact.objects.order_by("pk")
        assert names(first) == {f"+{GUEST}": False, "BR.1": True}
        assert names(second) == {f"+{GUEST}": True, "BR.2": True}
        assert Conversation.objects.get(contact=first).attention == "phone_passed_on"


def test_a_late_message_with_a_former_user_id_is_nobody_else(talk: Salons) -> None:
    talks.hear("oi", from_user_id="BR.1")
    update = {"user_id": {"previous": "BR.1", "current": "BR.2"}, "timestamp": "1790000100"}
    talks.change("user_id_update", user_id_update=[update])
    talks.hear("atrasada", from_user_id="BR.1", timestamp="1790000050")
    with inside(talk.aurora.pk):
        assert names(Contact.objects.get()) == {f"+{GUEST}": True, "BR.1": False, "BR.2": True}


def test_what_either_knew_of_the_person_is_kept(talk: Salons) -> None:
    talks.hear("oi")
    talks.hear_of("BR.7")
    with inside(talk.aurora.pk):
        first, second = Contact.objects.order_by("pk")
        Contact.objects.filter(pk=first.pk).update(tags=["vip"], fields={"a": 1}, name="")
        Contact.objects.filter(pk=second.pk).update(tags=["loiro"], fields={"a": 2, "b": 3}, name="Ana Lima")
    talks.hear("os dois", from_user_id="BR.7")
    with inside(talk.aurora.pk):
        contact = Contact.objects.get()
        assert (contact.name, contact.tags, contact.fields) == ("Ana Lima", ["vip", "loiro"], {"a": 1, "b": 3})
