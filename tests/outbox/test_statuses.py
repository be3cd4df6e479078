"""Statuses: up only, once, and by our own word before Meta's id."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels_wa.adapters.outcome import Accepted, Unknown
from channels_wa.messages.models import STATUS_ORDER, Message, StatusEvent
from channels_wa.outbox import circuit, settling
from channels_wa.outbox.message import AT_LEAST_ONCE, Enqueued
from ops.events.models import Event
from ops.salon import run_in_salon
from tests.outbox.conftest import Error, Out, Told
from tests.world import Salons

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANSWER = "the answer to our call"
FOUR = ("sent", "delivered", "read", "failed")


@pytest.fixture(autouse=True)
def no_circuit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers that never come are how these tests get to a status first, hundreds of times."""
    monkeypatch.setattr(circuit, "OPENS_AFTER", 1_000_000)


def sent(out: Out, wamid: str = "wamid.A") -> Enqueued:
    out.phone.answers.append(Accepted(wamid))
    one = out.say()
    out.run()
    return one


def tell_in_order(out: Out, order: list[str], n: int) -> str:
    """The final state of a message when its answer and its statuses come in this order."""
    out.phone.sent.clear()
    out.phone.answers.append(Unknown("no answer yet"))
    one = out.say()
    out.run()
    word, wamid = out.phone.sent[0].callback_data, f"wamid.{one.public_id}.{n}"
    for what in order:
        if what == ANSWER:
            record_answer(out, one, wamid)
        else:
            out.apply(Told(what, wamid, word, at=AT))
    assert out.wamid(one) == wamid
    return out.status(one)


def record_answer(out: Out, one: Enqueued, wamid: str) -> None:
    from channels_wa.outbox.claiming import Item
    from channels_wa.outbox.reactions import Ending, Result
    from channels_wa.outbox.recording import record

    item = out.item(one)
    owned = Item(
        item.pk, item.fence, item.attempts, item.salon_id, item.number_id, item.message_id, item.lane, item.certainty,
        item.retries, item.resent,
    )  # fmt: skip
    record([Result(owned, Ending.ACCEPTED, wamid=wamid)])


def highest(order: list[str]) -> str:
    return max((status for status in [*order, "sent"] if status != ANSWER), key=STATUS_ORDER.index)


def test_i16_every_order_of_all_statuses_and_the_answer_ends_the_same(out: Out) -> None:
    for n, order in enumerate(permutations([*FOUR, ANSWER])):
        assert tell_in_order(out, list(order), n) == "read", order


@given(st.lists(st.sampled_from([*FOUR, "played", ANSWER]), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_i16_any_order_with_repetitions_ends_at_the_highest(out: Out, order: list[str]) -> None:
    assert tell_in_order(out, order, 0) == highest(order)


def test_i16_it_never_moves_down(out: Out) -> None:
    one, seen = sent(out), []
    for status in ("delivered", "sent", "failed", "read", "delivered", "failed", "sent"):
        out.apply(Told(status, "wamid.A", at=AT))
        seen.append(STATUS_ORDER.index(out.status(one)))
    assert seen == sorted(seen)
    events = run_in_salon(
        out.salon_id,
        lambda: {event.status for event in StatusEvent.objects.filter(message_id=one.message_id)},
    )
    assert events == {"sent", "delivered", "read", "failed"}  # failed is kept, though it is not the state


def test_each_is_told_what_became_of_it(out: Out) -> None:
    sent(out)
    one = Told("delivered", "wamid.A", at=AT)
    assert out.apply(one, one, Told("read", "wamid.B", at=AT)) == ["applied", "duplicate", "unknown_message"]
    assert out.apply(one) == ["duplicate"]


def test_a_batch_of_hundreds_takes_a_handful_of_statements(out: Out, django_assert_max_num_queries: object) -> None:
    made = out.enqueue(*(out.message(out.guest()) for _ in range(120)))
    while out.run():
        pass
    told = [Told("delivered", out.wamid(one) or "", at=AT) for one in made]
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert set(out.apply(*told)) == {"applied"}
    assert {out.status(one) for one in made} == {"delivered"}


def test_i14_a_status_with_our_word_settles_an_unknown_attempt(out: Out) -> None:
    out.phone.answers.append(Unknown("time-out"))
    one = out.say()
    out.run()
    assert out.status(one) == "unknown"
    out.apply(Told("sent", "wamid.late", out.phone.sent[0].callback_data, at=AT))
    assert (out.status(one), out.wamid(one)) == ("sent", "wamid.late")
    assert (out.item(one).state, out.item(one).outcome) == ("settled", "accepted")


def test_a_word_of_another_salon_moves_nothing(out: Out, salons: Salons) -> None:
    from channels_wa.outbox import statuses

    out.phone.answers.append(Unknown("time-out"))
    one = out.say()
    out.run()
    told = Told("sent", "wamid.x", out.phone.sent[0].callback_data, at=AT)
    assert run_in_salon(salons.other.pk, lambda: statuses.apply([told])) == ["unknown_message"]
    assert out.status(one) == "unknown"


def test_a_failure_is_shown_with_its_reason_and_told(out: Out) -> None:
    one = sent(out)
    out.apply(Told("failed", "wamid.A", at=AT, errors=(Error(131026, "Undeliverable", "not on WhatsApp"),)))
    assert out.shown(one) == ("failed", "131026 not on WhatsApp")
    event = run_in_salon(out.salon_id, lambda: Event.objects.values("kind", "payload").filter(subject=one.public_id)[0])
    assert event["kind"] == "message.failed"
    assert (event["payload"]["code"], event["payload"]["class"]) == (131026, "recipient")


def test_i14_unknown_for_good_is_left_to_a_person(out: Out) -> None:
    out.phone.answers.append(Unknown("time-out"))
    one = out.say()
    out.run()
    assert settling.decide() == 0  # the grace is not over
    out.age(one, 121)
    assert settling.decide() == 1
    assert (out.item(one).state, out.item(one).outcome, out.status(one)) == ("settled", "unknown", "unknown")
    out.run()
    assert len(out.phone.sent) == 1
    kinds = run_in_salon(
        out.salon_id, lambda: list(Event.objects.filter(subject=one.public_id).values_list("kind", flat=True))
    )
    assert kinds == ["message.unknown"]


def test_i14_at_least_once_is_sent_one_more_time_and_marked(out: Out) -> None:
    out.phone.answers += [Unknown("time-out")] * 2
    one = out.say(certainty=AT_LEAST_ONCE)
    for _ in range(3):
        out.run()
        out.age(one, 121)
        settling.decide()
    assert len(out.phone.sent) == 2
    assert run_in_salon(out.salon_id, lambda: Message.objects.values_list("resent", flat=True).get(pk=one.message_id))
    assert out.item(one).outcome == "unknown"
    assert out.phone.sent[0].callback_data != out.phone.sent[1].callback_data


def test_i14_a_dead_workers_attempt_becomes_unknown_when_its_lease_ends(out: Out) -> None:
    from channels_wa.outbox import claiming

    one = out.say()
    assert claiming.claim([(claiming.ready_numbers((0,))[0], 1)])
    assert settling.lapse() == 0
    out.age(one, 31)
    assert settling.lapse() == 1
    assert (out.item(one).state, out.status(one)) == ("unknown", "unknown")
    out.run()
    assert not out.phone.sent


def test_i14_an_answer_after_the_lease_still_counts(out: Out) -> None:
    out.phone.answers.append(Unknown("time-out"))
    one = out.say()
    out.run()
    out.age(one, 121)
    settling.decide()
    record_answer(out, one, "wamid.very-late")
    assert (out.status(one), out.wamid(one), out.item(one).outcome) == ("sent", "wamid.very-late", "accepted")


@pytest.mark.parametrize("status", ["delivered", "read", "played"])
def test_played_and_read_stay_when_delivered_comes_late(out: Out, status: str) -> None:
    one = sent(out)
    out.apply(Told(status, "wamid.A", at=AT), Told("delivered", "wamid.A", at=AT + timedelta(seconds=1)))
    assert out.status(one) == status
