"""FR-WA-009: what a person does about failed and unknown messages."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from channels_wa.adapters.outcome import Accepted, ErrorClass, Rejected, Unknown
from channels_wa.messages.models import Message
from channels_wa.outbox import dead_letters, settling
from channels_wa.outbox.message import Enqueued
from ops import clock
from ops.salon import run_in_salon
from tests.outbox.conftest import Error, Out, Told
from tests.world import Salons

Verb = Callable[[Sequence[int]], list[int]]


def failed(out: Out) -> Enqueued:
    out.phone.answers.append(Rejected(131026, ErrorClass.RECIPIENT, "no"))
    one = out.say()
    out.run()
    return one


def failed_later(out: Out, wamid: str) -> Enqueued:
    out.phone.answers.append(Accepted(wamid))
    one = out.say()
    out.run()
    out.apply(said(out, "failed", wamid, n=-1))
    return one


def said(out: Out, status: str, wamid: str, n: int = 0, at_s: int = 0) -> Told:
    """A status of the n-th call."""
    at = clock.now().replace(microsecond=0, second=at_s)
    errors = (Error(131026, "Undeliverable", "no"),) if status == "failed" else ()
    return Told(status, wamid, out.phone.sent[n].callback_data, at=at, errors=errors)


def unknown(out: Out) -> Enqueued:
    out.phone.answers.append(Unknown("time-out"))
    one = out.say()
    out.run()
    out.age(one, 121)
    settling.decide()
    return one


def do(out: Out, verb: Callable[..., list[int]], *ones: Enqueued, **more: object) -> list[int]:
    return run_in_salon(out.salon_id, lambda: verb([one.message_id for one in ones], **more))


def discarded(one: Enqueued, out: Out) -> tuple[bool, int | None]:
    return out.item(one).discarded_at is not None, out.item(one).discarded_by


def test_many_are_retried_in_one_go(out: Out) -> None:
    made = [failed(out), failed_later(out, "wamid.F"), unknown(out)]
    assert len(do(out, dead_letters.retry, *made)) == 3
    out.run()
    assert {out.status(one) for one in made} == {"sent"}
    assert [out.item(one).resent for one in made] == [False, True, True]


def test_what_was_sent_is_not_retried(out: Out) -> None:
    one = out.say()
    out.run()
    assert do(out, dead_letters.retry, one) == []


def test_i16_a_failure_of_the_first_try_does_not_undo_the_second(out: Out) -> None:
    one = failed_later(out, "wamid.1")
    do(out, dead_letters.retry, one)
    repeated, late = said(out, "failed", "wamid.1"), said(out, "failed", "wamid.1", at_s=7)
    assert out.apply(repeated, late) == ["duplicate", "applied"]
    assert (out.status(one), out.item(one).state) == ("queued", "queued")
    out.phone.answers.append(Accepted("wamid.2"))
    out.run()
    out.apply(said(out, "failed", "wamid.1", at_s=9))
    assert (out.status(one), out.wamid(one)) == ("sent", "wamid.2")
    out.apply(said(out, "delivered", "wamid.2", n=1))
    assert out.status(one) == "delivered"


def test_i16_what_arrived_after_all_is_not_sent_again(out: Out) -> None:
    one = unknown(out)
    do(out, dead_letters.retry, one)
    out.apply(said(out, "delivered", "wamid.1"))
    out.run()
    assert (out.status(one), len(out.phone.sent)) == ("delivered", 1)


def test_discarding_keeps_it_and_says_who_did(out: Out) -> None:
    one = failed(out)
    assert do(out, dead_letters.discard, one, by=7) == [one.message_id]
    assert (out.status(one), discarded(one, out)) == ("failed", (True, 7))
    assert do(out, dead_letters.discard, one, by=8) == []  # once


def test_a_retry_brings_a_discarded_one_back(out: Out) -> None:
    one = failed(out)
    do(out, dead_letters.discard, one, by=7)
    do(out, dead_letters.retry, one)
    assert discarded(one, out) == (False, None)


def test_what_arrived_by_a_persons_word_counts_as_sent(out: Out) -> None:
    one, other = unknown(out), failed(out)
    assert do(out, dead_letters.confirm, one, other, by=7) == [one.message_id]
    assert (out.status(one), out.item(one).outcome) == ("sent", "accepted")
    out.apply(said(out, "read", "wamid.late"))
    assert out.status(one) == "read"


def test_what_waits_can_be_taken_back(out: Out) -> None:
    one = out.say(send_at=clock.now() + timedelta(hours=1))
    assert do(out, dead_letters.take_back, one) == [one.message_id]
    assert out.status(one) == "cancelled"


@pytest.mark.parametrize("verb", [dead_letters.retry, dead_letters.take_back], ids=lambda verb: verb.__name__)
def test_another_salons_messages_are_out_of_reach(out: Out, salons: Salons, verb: Verb) -> None:
    one = failed(out)
    assert run_in_salon(salons.other.pk, lambda: verb([one.message_id])) == []
    assert out.status(one) == "failed"


def test_the_first_wamid_of_a_retried_one_is_free(out: Out) -> None:
    one = failed_later(out, "wamid.1")
    do(out, dead_letters.retry, one)
    assert run_in_salon(out.salon_id, lambda: Message.objects.filter(wamid="wamid.1").count()) == 0
