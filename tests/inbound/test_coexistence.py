"""A number that also lives on the salon's phone: echoes, imported talks, the phone book (issue 3)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from channels_wa.inbound import drain
from channels_wa.inbound.models import InboxItem
from channels_wa.messages.models import Message
from channels_wa.numbers.models import Number
from channels_wa.outbox import window
from crm.contacts.models import Contact
from crm.inbox.bubbles import bubbles_of
from crm.inbox.models import Conversation
from crm.inbox.paging import messages_page
from ops import clock
from ops.events.models import Event
from ops.salon import inside
from tests.inbound import talks
from tests.inbound.examples import NUMBER, WABA, raw_of
from tests.inbound.talks import GUEST
from tests.world import Salons


@pytest.fixture
def own_number(talk: Salons) -> Salons:
    """The examples' number is Aurora's."""
    Number.objects.filter(salon_id=talk.aurora.pk).update(phone_number_id=NUMBER, waba_id=WABA)
    return talk


def conversation() -> Conversation:
    return Conversation.objects.get()


def test_an_echo_stands_in_the_guests_talk_as_the_salons(talk: Salons) -> None:
    talks.hear("oi")
    talks.echo("já te respondo")
    with inside(talk.aurora.pk):
        _theirs, ours = Message.objects.order_by("pk")
        assert (ours.direction, ours.source, ours.status, ours.wamid) == ("out", "phone", "sent", "wamid.echo")
        assert (conversation().last_text, conversation().last_direction) == ("já te respondo", "out")
        with translation.override("en"):
            assert str(bubbles_of([ours])[0].author) == "On the phone"


def test_an_echo_silences_the_flow_as_a_persons_switch_does(talk: Salons) -> None:
    talks.hear("oi")
    talks.echo()
    with inside(talk.aurora.pk):
        assert not conversation().bot_on
        assert Event.objects.filter(kind="conversation.bot_changed").count() == 1


def test_an_echo_opens_no_window(talk: Salons) -> None:
    talks.echo()
    with inside(talk.aurora.pk):
        message = Message.objects.get()
        assert conversation().last_inbound_at is None
        assert window.last_inbound([(message.contact_id, message.number_id)]) == {}


def test_i03_an_echo_that_comes_twice_is_one_message(talk: Salons) -> None:
    talks.echo()
    talks.echo()
    with inside(talk.aurora.pk):
        assert Message.objects.count() == 1


def test_an_edit_and_a_removal_on_the_phone_silence_nothing_by_themselves(talk: Salons) -> None:
    talks.hear("oi")
    talks.echo(type="revoke", wamid="wamid.r", revoke={"original_message_id": "wamid.x"})
    with inside(talk.aurora.pk):
        assert conversation().bot_on


def test_an_edit_and_a_removal_on_the_phone_show_at_their_message(talk: Salons) -> None:
    talks.echo("às 14h")
    edit = {"original_message_id": "wamid.echo", "message": {"type": "text", "text": {"body": "às 15h"}}}
    talks.echo(type="edit", wamid="wamid.e", edit=edit)
    with inside(talk.aurora.pk):
        first, hidden = bubbles_of(list(Message.objects.order_by("pk")))
        assert (first.text, list(first.earlier), hidden.is_hidden) == ("às 15h", ["às 14h"], True)
    talks.echo(type="revoke", wamid="wamid.r", revoke={"original_message_id": "wamid.echo"})
    with inside(talk.aurora.pk):
        first = bubbles_of(list(Message.objects.order_by("pk")))[0]
        assert (first.is_removed, first.text) == (True, "")


def test_imported_talks_have_their_own_time_and_status(own_number: Salons) -> None:
    talks.take(raw_of("coexistence_history_phases"))
    with inside(own_number.aurora.pk):
        found = Message.objects.order_by("at").values_list("text", "direction", "status", "source")
        assert list(found)[1:] == [
            ("Obrigada!", "in", "delivered", "history"),
            ("Até breve", "out", "sent", "history"),
            ("Tem vaga amanhã?", "in", "delivered", "history"),
            ("Temos às 10h", "out", "read", "history"),
            ("Confirma?", "out", "failed", "history"),
        ]
        assert {one.at.year for one in Message.objects.all()} == {2026}


def test_i18_imported_talks_open_no_window_and_wait_for_nobody(own_number: Salons) -> None:
    talks.take(raw_of("coexistence_history"))
    with inside(own_number.aurora.pk):
        message = Message.objects.get()
        Message.objects.update(at=clock.now() - timedelta(minutes=1))
        assert window.last_inbound([(message.contact_id, message.number_id)]) == {}
        found = conversation()
        assert (found.last_inbound_at, found.unread, found.last_direction) == (None, 0, "")


def test_imported_talks_never_reach_what_answers(own_number: Salons, settings: Any) -> None:
    talks.take(raw_of("coexistence_history_phases"))
    stages = set(InboxItem.objects.filter(kind="history").values_list("stage", "message_id"))
    assert stages == {("keep", None)}
    with inside(own_number.aurora.pk):
        assert not Message.objects.exclude(source="history").exists()
        assert not Event.objects.filter(kind="message.received").exists()


def test_i03_imported_twice_is_imported_once(own_number: Salons) -> None:
    for _ in range(2):
        talks.take(raw_of("coexistence_history_phases"))
    with inside(own_number.aurora.pk):
        assert Message.objects.count() == 6


def test_the_file_that_follows_takes_the_place_of_its_message(own_number: Salons) -> None:
    talks.take(raw_of("coexistence_history_phases"))
    talks.take(raw_of("coexistence_history_media"))
    with inside(own_number.aurora.pk):
        message = Message.objects.get(type="image")
        assert (message.text, Message.objects.filter(type="unsupported").count()) == ("Assim", 0)


def test_imported_messages_stand_before_all_others_by_their_time(own_number: Salons) -> None:
    with inside(own_number.aurora.pk):
        Contact.objects.count()
    talks.take(raw_of("message_text"))
    talks.take(raw_of("coexistence_history_phases"))
    with inside(own_number.aurora.pk):
        found = Conversation.objects.get(contact__name="Lúcia Prado")
        shown, key = [], ""
        while True:
            page = messages_page(found.pk, before=key, size=2)
            shown += [one.text for one in page.rows]
            key = page.next_key
            if not key:
                break
        assert shown[1:] == ["Confirma?", "Temos às 10h", "Tem vaga amanhã?", "Até breve", "Obrigada!"]
        assert shown[0].startswith("Oi! Tem horário")
        assert found.last_text.startswith("Oi! Tem horário")


def test_progress_and_refusal_of_the_import_are_told(own_number: Salons) -> None:
    talks.take(raw_of("coexistence_history_phases"))
    talks.take(raw_of("coexistence_history_declined"))
    with inside(own_number.aurora.pk):
        told = [event.payload["value"] for event in Event.objects.filter(kind="meta.history").order_by("pk")]
        assert [one["metadata"]["progress"] for one in told[:3]] == [40, 70, 100]
        assert told[3]["errors"][0]["code"] == 2593109
        assert "threads" not in told[0]


def test_the_phone_book_names_those_who_have_no_name(own_number: Salons) -> None:
    talks.take(raw_of("coexistence_history"))
    talks.take(raw_of("coexistence_contacts"))
    with inside(own_number.aurora.pk):
        assert Contact.objects.get().name == "Lúcia Prado"


def test_the_phone_book_overwrites_no_name(own_number: Salons) -> None:
    talks.take(raw_of("coexistence_contacts"))
    with inside(own_number.aurora.pk):
        Contact.objects.update(name="Lu (cacheada)")
    talks.take(raw_of("coexistence_contacts"))
    with inside(own_number.aurora.pk):
        assert Contact.objects.get().name == "Lu (cacheada)"


def test_i04_a_bad_message_of_an_import_harms_no_other(own_number: Salons) -> None:
    whole = json.loads(raw_of("coexistence_history"))
    thread = whole["entry"][0]["changes"][0]["value"]["history"][0]["threads"][0]
    thread["messages"] += [{"from": GUEST}, "nothing", {"id": "wamid.nul", "type": "text", "text": {"body": "\x00"}}]
    talks.take(json.dumps(whole).encode())
    with inside(own_number.aurora.pk):
        assert Message.objects.count() == 1
    assert InboxItem.objects.filter(kind="history", state="quarantined").count() == 3


def test_a_bell_handles_what_the_phone_tells(talk: Salons) -> None:
    body = {"from": "551111111111", "to": GUEST, "id": "wamid.e", "type": "text", "text": {"body": "oi"}}
    value = {"metadata": {"phone_number_id": talks.PNID}, "message_echoes": [body]}
    from tests.incoming import keep

    keep(json.dumps({"entry": [{"id": "1", "changes": [{"field": "smb_message_echoes", "value": value}]}]}).encode())
    drain.run_new()
    with inside(talk.aurora.pk):
        assert Message.objects.count() == 1
