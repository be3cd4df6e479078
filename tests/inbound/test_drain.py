"""From a kept delivery to a message in the salon (I3, I4, I8)."""

import json
from typing import Any

import pytest
from pytest_django import Settings

from channels_wa.inbound import drain
from channels_wa.inbound.models import InboxItem
from channels_wa.inbound.split import split_some
from channels_wa.inbound.steps import Incoming, steps
from channels_wa.messages.models import Identity, Message
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from ops.salon import inside, run_in_salon
from tests.incoming import delivery, keep, text_message
from tests.world import Salons

PNID = "1" * 15
answered: list[Incoming] = []


def note_answered(batch: list[Incoming]) -> list[bool]:
    answered.extend(batch)
    return [True] * len(batch)


def refuse_to_answer(batch: list[Incoming]) -> list[bool]:
    raise RuntimeError("a flow that always fails")


@pytest.fixture(autouse=True)
def quiet_steps(settings: Settings, salons: Salons, db: None) -> Any:
    """The real keep steps; answers are only noted."""
    answered.clear()
    settings.INBOUND_STEPS = {**settings.INBOUND_STEPS, "answer": [f"{__name__}.note_answered"]}
    steps.cache_clear()
    yield
    steps.cache_clear()


def states() -> list[str]:
    return list(InboxItem.objects.order_by("id").values_list("state", flat=True))


def test_a_message_is_kept_and_answered(salons: Salons) -> None:
    keep(delivery(PNID, text_message("oi", wamid="wamid.1")))
    drain.run()
    with inside(salons.aurora.pk):
        message = Message.objects.get()
        conversation = Conversation.objects.get()
        assert (message.wamid, message.text, message.direction) == ("wamid.1", "oi", "in")
        assert (Contact.objects.get().name, conversation.unread, conversation.last_text) == ("Ana", 1, "oi")
    assert [one.message_id for one in answered] == [message.pk]
    assert states() == ["done"]


def test_i3_the_same_message_twice_is_one_row_and_one_answer(salons: Salons) -> None:
    for _ in range(3):
        keep(delivery(PNID, text_message("oi", wamid="wamid.1")))
    drain.run()
    assert run_in_salon(salons.aurora.pk, Message.objects.count) == 1
    assert len(answered) == 1
    assert states() == ["done", "duplicate", "duplicate"]


def test_i8_messages_of_one_guest_are_answered_in_the_order_of_arrival(salons: Salons) -> None:
    for number in range(50):
        keep(delivery(PNID, text_message(str(number))))
    drain.run()
    with inside(salons.aurora.pk):
        assert (Contact.objects.count(), Conversation.objects.count()) == (1, 1)
    assert [one.message.text for one in answered] == [str(number) for number in range(50)]


def test_i4_a_bad_item_does_not_stop_its_neighbours(salons: Salons) -> None:
    raw = delivery(PNID, text_message("oi"), text_message("x\x00y"), {"type": "text"}, text_message("tchau"))
    keep(raw)
    drain.run()
    assert run_in_salon(salons.aurora.pk, lambda: list(Message.objects.values_list("text", flat=True))) == [
        "oi",
        "tchau",
    ]
    assert sorted(states()) == ["done", "done", "quarantined", "quarantined"]


def test_an_unknown_number_goes_to_quarantine_and_can_be_replayed(salons: Salons) -> None:
    keep(delivery("999", text_message("oi")))
    drain.run()
    item = InboxItem.objects.get()
    assert (item.state, item.error) == ("quarantined", "unknown number 999")


def test_a_failing_answer_leaves_the_message_in_the_inbox(salons: Salons, settings: Settings) -> None:
    settings.INBOUND_STEPS = {**settings.INBOUND_STEPS, "answer": [f"{__name__}.refuse_to_answer"]}
    keep(delivery(PNID, text_message("oi")))
    drain.run()
    assert run_in_salon(salons.aurora.pk, Message.objects.count) == 1
    item = InboxItem.objects.get()
    assert (item.state, item.stage) == ("pending", "answer")
    assert "always fails" in item.error


def test_a_failing_answer_does_not_hold_back_the_guests_next_message(salons: Salons, settings: Settings) -> None:
    settings.INBOUND_STEPS = {**settings.INBOUND_STEPS, "answer": [f"{__name__}.refuse_to_answer"]}
    keep(delivery(PNID, text_message("oi")))
    drain.run()
    keep(delivery(PNID, text_message("tem alguém?")))
    drain.run()
    assert run_in_salon(salons.aurora.pk, Message.objects.count) == 2


def test_i11_an_answer_that_always_fails_is_parked_with_its_cause(salons: Salons, settings: Settings) -> None:
    settings.INBOUND_STEPS = {**settings.INBOUND_STEPS, "answer": [f"{__name__}.refuse_to_answer"]}
    keep(delivery(PNID, text_message("oi")))
    for _ in range(12):
        drain.run()
        InboxItem.objects.update(due_at="2020-01-01T00:00:00Z")
    item = InboxItem.objects.get()
    assert (item.state, item.attempts) == ("dead", 8)
    assert "always fails" in item.error


def test_a_guest_without_a_phone_is_known_by_the_user_id(salons: Salons) -> None:
    message = {"id": "wamid.b", "from_user_id": "BR.123", "type": "text", "text": {"body": "oi"}}
    value = {
        "metadata": {"phone_number_id": PNID},
        "contacts": [{"user_id": "BR.123", "profile": {"name": "Bia"}}],
        "messages": [message],
    }
    keep(json.dumps({"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}).encode())
    drain.run()
    with inside(salons.aurora.pk):
        assert list(Identity.objects.values_list("kind", "value")) == [("bsuid", "BR.123")]
        assert Contact.objects.get().name == "Bia"


def test_a_second_identity_leads_to_the_same_contact(salons: Salons) -> None:
    keep(delivery(PNID, text_message("oi")))
    drain.run()
    keep(delivery(PNID, text_message("oi de novo", from_user_id="BR.9")))
    drain.run()
    with inside(salons.aurora.pk):
        assert Contact.objects.count() == 1
        assert {one.kind for one in Identity.objects.all()} == {"phone", "bsuid"}


@pytest.mark.parametrize("kind", ["image", "location", "reaction", "hologram"])
def test_every_other_kind_is_kept_as_a_message_of_its_kind(salons: Salons, kind: str) -> None:
    keep(delivery(PNID, {"from": "5511990000001", "id": "wamid.k", "type": kind, kind: {}}))
    drain.run()
    shown = run_in_salon(salons.aurora.pk, lambda: Message.objects.get().type)
    assert shown == ("unsupported" if kind == "hologram" else kind)


def test_a_change_of_an_account_is_kept_as_an_event(salons: Salons) -> None:
    from ops.events.models import Event

    change = {"field": "account_alerts", "value": {"alert_type": "OBA_APPROVED"}}
    keep(json.dumps({"entry": [{"id": "1" * 16, "changes": [change]}]}).encode())
    drain.run()
    kinds = run_in_salon(salons.aurora.pk, lambda: list(Event.objects.values_list("kind", flat=True)))
    assert kinds == ["meta.account_alerts"]
    assert run_in_salon(salons.other.pk, Event.objects.count) == 0


def test_broken_json_is_quarantined_whole(salons: Salons) -> None:
    keep(b'{"entry": [')
    drain.run()
    assert states() == ["quarantined"]


def break_down(batch: list[Incoming]) -> None:
    raise RuntimeError("no news today")


def test_lost_news_do_not_make_a_message_a_duplicate(salons: Salons, settings: Settings) -> None:
    settings.INBOUND_STEPS = {**settings.INBOUND_STEPS, "tell": [f"{__name__}.break_down"]}
    for guest in ("5511990000001", "5511990000002"):
        keep(delivery(PNID, text_message("oi", sender=guest)))
    drain.run()
    assert states() == ["done", "done"]
    assert len(answered) == 2


def test_a_bell_handles_all_messages_of_one_guest_and_the_statuses(salons: Salons) -> None:
    for number in range(5):
        keep(delivery(PNID, text_message(str(number))))
    keep(delivery(PNID, statuses=[{"id": "wamid.nobody", "status": "read", "recipient_id": "5511990000001"}]))
    drain.run_new()
    assert states() == ["done"] * 5 + ["quarantined"]
    assert [one.message.text for one in answered] == [str(number) for number in range(5)]


def test_a_bell_leaves_what_waits_for_its_second_try_to_the_look(salons: Salons) -> None:
    keep(delivery(PNID, statuses=[{"id": "wamid.nobody", "status": "read", "recipient_id": "5511990000001"}]))
    split_some()
    assert drain.run_new() == 0
    drain.run()
    assert states() == ["quarantined"]
