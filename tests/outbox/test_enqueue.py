"""The one door out: rows, checks, dedupe."""

from datetime import timedelta
from functools import partial

import pytest

from channels_wa.messages.models import Message
from channels_wa.outbox.actions import TooLate, cancel, enqueue, retry
from channels_wa.outbox.checks import OutboundFacts, Refusal
from channels_wa.outbox.models import OutboxItem
from ops import clock
from ops.salon import run_in_salon
from tests.outbox.conftest import Out


def test_it_writes_the_message_and_its_pointer(out: Out) -> None:
    one = out.say(text="Olá", payload={"a": 1}, reply_to="wamid.x", execution_id=7)
    item = out.item(one)
    assert (item.salon_id, item.number_id, item.message_id, item.state) == (
        out.salon_id, out.number.pk, one.message_id, "queued",
    )  # fmt: skip
    message = run_in_salon(out.salon_id, lambda: Message.objects.values().get(pk=one.message_id))
    assert message["public_id"] == one.public_id
    assert (message["text"], message["payload"], message["execution_id"]) == ("Olá", {"a": 1}, 7)


def test_a_batch_keeps_its_order(out: Out) -> None:
    guest = out.guest()
    made = out.enqueue(*(out.message(guest, text=str(n)) for n in range(5)))
    assert [one.text for one in made] == list("01234")
    assert sorted(one.item_id for one in made) == [one.item_id for one in made]


def test_the_same_dedupe_key_is_the_same_message(out: Out) -> None:
    guest = out.guest()
    first, again = out.enqueue(out.message(guest, dedupe_key="k"), out.message(guest, dedupe_key="k"))
    later = out.say(guest, dedupe_key="k")
    assert first.is_new and not again.is_new and not later.is_new
    assert first.message_id == again.message_id == later.message_id
    assert OutboxItem.objects.filter(dedupe_key="k").count() == 1


def test_i18_what_is_refused_is_kept_with_its_reason(out: Out) -> None:
    one = out.say(out.guest(wrote=timedelta(hours=25)))
    assert (one.status, one.reason) == ("cancelled", "window_closed")
    assert (out.item(one).state, out.item(one).outcome) == ("settled", "cancelled")
    out.run()
    assert not out.phone.sent


def test_a_template_needs_no_window(out: Out) -> None:
    assert out.say(out.guest(wrote=None), type="template").status == "queued"


def refuse_until_tomorrow(batch: list[OutboundFacts], _now: object) -> list[Refusal | None]:
    return [Refusal("quiet_hours", until=clock.now() + timedelta(hours=8)) for _ in batch]


def test_a_refusal_with_a_moment_waits_for_it(out: Out, settings: object) -> None:
    settings.OUTBOUND_CHECKS = [f"{__name__}.refuse_until_tomorrow"]  # type: ignore[attr-defined]
    one = out.say()
    item = out.item(one)
    assert (one.status, item.state, item.reason) == ("queued", "queued", "quiet_hours")
    assert item.not_before > clock.now() + timedelta(hours=7)


def test_a_queued_message_can_be_taken_back(out: Out) -> None:
    one = out.say()
    run_in_salon(out.salon_id, lambda: cancel(one.message_id))
    out.run()
    assert not out.phone.sent
    assert out.status(one) == "cancelled"


def test_a_sent_message_cannot_be_taken_back_or_sent_again(out: Out) -> None:
    one = out.say()
    out.run()
    for verb in (cancel, retry):
        with pytest.raises(TooLate):
            run_in_salon(out.salon_id, partial(verb, one.message_id))
    assert out.status(one) == "sent"


def test_it_belongs_to_a_salon(out: Out) -> None:
    with pytest.raises(RuntimeError):
        enqueue(out.message(1))
