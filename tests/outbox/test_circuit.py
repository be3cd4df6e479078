"""FR-WA-009: the circuit breaker of a number."""

from datetime import timedelta

import pytest

from channels_wa.adapters.outcome import Accepted, ErrorClass, Outcome, Rejected, Unknown
from channels_wa.numbers.models import Number
from channels_wa.outbox import circuit, claiming, dispatcher, settling
from channels_wa.outbox.message import Enqueued
from channels_wa.outbox.models import NumberCircuit
from ops import clock
from ops.events.models import Event
from ops.salon import run_in_salon
from tests.outbox.conftest import Out

TROUBLE: list[Outcome] = [
    Unknown("HTTP 502 after the message was sent"),
    Rejected(131016, ErrorClass.TRANSIENT, "busy"),
    Rejected(None, ErrorClass.NOT_SENT, "no route"),
]


def break_it(out: Out, outcome: Outcome = TROUBLE[0], times: int = circuit.OPENS_AFTER) -> list[Enqueued]:
    out.phone.answers += [outcome] * times
    made = [out.say() for _ in range(times)]
    out.run(2)
    out.phone.forget()
    return made


def rest_is_over(out: Out) -> None:
    Number.objects.filter(pk=out.number.pk).update(circuit_open_until=clock.real())


def rests_for(out: Out) -> float:
    until = Number.objects.get(pk=out.number.pk).circuit_open_until
    return (until - clock.real()).total_seconds() if until else 0.0


def kinds(out: Out) -> list[str]:
    wanted = Event.objects.filter(subject=out.number.public_id, kind__startswith="number.circuit")
    return run_in_salon(out.salon_id, lambda: list(wanted.order_by("id").values_list("kind", flat=True)))


@pytest.mark.parametrize("outcome", TROUBLE, ids=str)
def test_several_calls_in_a_row_that_come_to_nothing_open_it(out: Out, outcome: Outcome) -> None:
    break_it(out, outcome)
    assert 0 < rests_for(out) <= 5
    out.say()
    out.run(2)
    assert not out.phone.sent
    assert kinds(out) == ["number.circuit_opened"]


def test_a_readable_answer_breaks_the_row(out: Out) -> None:
    break_it(out, times=circuit.OPENS_AFTER - 1)
    out.phone.answers += [Rejected(131026, ErrorClass.RECIPIENT, "no"), *[TROUBLE[0]] * 5]
    for _ in range(6):
        out.say()
    out.run(2)
    assert rests_for(out) == 0


def test_one_message_tries_and_the_rest_follows(out: Out) -> None:
    break_it(out)
    waiting = [out.say(text=str(n)) for n in range(20)]
    rest_is_over(out)
    replies = dispatcher.dispatcher_of(dispatcher.REPLIES)
    replies.wake()
    assert replies._turn(may_begin=True) == 1
    assert claiming.ready_numbers((0,)) == []  # for all the others it is still closed
    out.run()
    assert {out.status(one) for one in waiting} == {"sent"}
    assert kinds(out) == ["number.circuit_opened", "number.circuit_closed"]
    assert not NumberCircuit.objects.exists()


def test_a_try_that_fails_makes_the_rest_longer(out: Out) -> None:
    break_it(out)
    for n in range(8):
        out.phone.answers.append(TROUBLE[0])
        out.say()
        rest_is_over(out)
        out.run(2)
        assert len(out.phone.sent) == n + 1
        assert rests_for(out) == pytest.approx(min(60, 5 * 2 ** (n + 1)), abs=1)
    assert kinds(out) == ["number.circuit_opened"]


def test_what_waits_for_it_says_so_and_goes_when_it_closes(out: Out) -> None:
    break_it(out)
    one = out.say()
    Number.objects.filter(pk=out.number.pk).update(circuit_open_until=clock.real() + timedelta(seconds=50))
    settling.run()
    assert out.item(one).reason == "number_circuit"
    assert out.item(one).not_before > clock.now() + timedelta(seconds=30)
    circuit.close(out.number.pk)
    out.run()
    assert out.status(one) == "sent"


def test_a_try_with_nothing_to_try_is_given_up(out: Out) -> None:
    guest = out.guest()
    break_it(out)
    blocked = out.say(guest)
    out.say(guest)
    OutboxState = type(out.item(blocked))
    OutboxState.objects.filter(pk=blocked.item_id).update(state="unknown", attempt_at=clock.real())
    rest_is_over(out)
    out.run(2)
    assert not out.phone.sent
    assert [number.is_half_open for number in claiming.ready_numbers((0,))] == [True]


def test_only_one_process_tries(out: Out) -> None:
    break_it(out)
    rest_is_over(out)
    assert circuit.win([out.number.pk]) == {out.number.pk}
    assert circuit.win([out.number.pk]) == set()


def test_calls_that_were_in_flight_make_it_no_longer(out: Out) -> None:
    break_it(out, times=3 * circuit.OPENS_AFTER)
    assert NumberCircuit.objects.get().openings == 1
    assert not circuit.open_(out.number.pk, "late")


def test_connected_again_it_begins_anew(out: Out) -> None:
    from channels_wa.outbox import numbers
    from tests.outbox.test_waiting import heard

    break_it(out)
    run_in_salon(out.salon_id, lambda: numbers.on_events([heard("number.resumed", out.number.pk)]))
    assert not NumberCircuit.objects.exists()


def test_an_accepted_call_is_no_trouble() -> None:
    assert not circuit.came_to_nothing(Accepted("wamid.A"))
