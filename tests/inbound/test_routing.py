"""To whom an item belongs that does not name its number (issue 3)."""

import json
from typing import Any

from channels_wa.inbound import drain
from channels_wa.inbound.models import InboxItem
from channels_wa.inbound.replaying import replay
from channels_wa.messages.models import Message
from channels_wa.numbers.models import Number
from ops.events.models import Event
from ops.salon import inside
from tests.inbound import talks
from tests.incoming import text_message
from tests.world import Salons


def nameless(waba: str = talks.WABA, *messages: dict[str, Any]) -> bytes:
    value = {"messages": list(messages or [text_message("oi")])}
    return json.dumps({"entry": [{"id": waba, "changes": [{"field": "messages", "value": value}]}]}).encode()


def another_number(salons: Salons) -> Number:
    return Number.objects.create(
        salon_id=salons.aurora.pk, phone_number_id="3" * 15, waba_id=talks.WABA, portfolio="1", display_phone="+55"
    )


def test_the_accounts_only_number_gets_it(talk: Salons) -> None:
    talks.take(nameless())
    with inside(talk.aurora.pk):
        assert Message.objects.get().text == "oi"


def test_it_stands_in_one_queue_with_the_guests_other_messages(talk: Salons) -> None:
    talks.take(nameless())
    talks.hear("de novo")
    assert len(set(InboxItem.objects.values_list("order_key", flat=True))) == 1


def test_an_account_with_two_numbers_is_not_guessed_at(talk: Salons) -> None:
    another_number(talk)
    talks.take(nameless())
    item = InboxItem.objects.get()
    assert (item.state, item.error) == (
        "quarantined",
        f"no number named, and business account {talks.WABA} has several",
    )


def test_it_can_be_replayed_once_the_account_has_one_number(talk: Salons) -> None:
    other = another_number(talk)
    talks.take(nameless())
    other.delete()
    assert replay([InboxItem.objects.get()]) == 1
    InboxItem.objects.update(due_at="2020-01-01T00:00:00Z")
    drain.run()
    assert InboxItem.objects.get().state == "done"


def test_an_account_that_nobody_knows_goes_by_the_number_it_names(talk: Salons) -> None:
    value = {"metadata": {"phone_number_id": talks.PNID}, "user_preferences": [{"wa_id": talks.GUEST}]}
    raw = {"entry": [{"id": "77", "changes": [{"field": "user_preferences", "value": value}]}]}
    talks.take(json.dumps(raw).encode())
    with inside(talk.aurora.pk):
        assert Event.objects.filter(kind="meta.user_preferences").count() == 1
    with inside(talk.other.pk):
        assert not Event.objects.filter(kind="meta.user_preferences").exists()


def test_an_unknown_account_and_number_lie_in_quarantine(talk: Salons) -> None:
    talks.take(nameless("77"))
    assert InboxItem.objects.get().error == "unknown number (none named)"
