"""Sending: what leaves, in which order, and what is written down."""

from collections.abc import Callable
from datetime import timedelta

from channels_wa.adapters.outcome import Accepted, ErrorClass, Rejected, Unknown
from channels_wa.numbers.models import Number
from channels_wa.outbox import attempts, claiming, epoch, numbers
from channels_wa.outbox.message import Lane
from channels_wa.outbox.models import OutboxItem
from ops import clock
from tests.outbox.conftest import Out
from tests.world import Salons


def test_it_sends_and_records(out: Out) -> None:
    out.phone.answers.append(Accepted("wamid.A"))
    one = out.say(text="Oi, Ana")
    assert out.run() == 1
    assert [message.text for message in out.phone.sent] == ["Oi, Ana"]
    assert (out.status(one), out.wamid(one)) == ("sent", "wamid.A")
    assert (out.item(one).state, out.item(one).outcome, out.item(one).attempts) == ("settled", "accepted", 1)


def test_i15_in_peace_each_message_leaves_once(out: Out) -> None:
    made = out.enqueue(*(out.message(out.guest(), text=str(n)) for n in range(300)))
    while out.run():
        pass
    assert sorted(int(message.text) for message in out.phone.sent) == list(range(300))
    assert {out.status(one) for one in made} == {"sent"}


def test_the_call_carries_a_word_that_only_we_can_write(out: Out, salons: Salons) -> None:
    one = out.say()
    out.run()
    word = out.phone.sent[0].callback_data
    attempt = attempts.read(out.salon_id, word)
    assert attempt is not None and (attempt.item_id, attempt.n) == (one.item_id, 1)
    assert attempts.read(salons.other.pk, word) is None
    assert attempts.read(out.salon_id, word[:-1] + ("A" if word[-1] != "A" else "B")) is None


def test_the_next_of_a_guest_goes_after_the_previous_was_accepted(out: Out) -> None:
    guest = out.guest()
    out.phone.answers += [Unknown("time-out")]
    first, second = out.enqueue(out.message(guest, text="1"), out.message(guest, text="2"))
    out.run()
    assert [message.text for message in out.phone.sent] == ["1"]
    out.age(first, 31)  # unknown blocks for 30 s at most
    out.run()
    assert [message.text for message in out.phone.sent] == ["1", "2"]
    assert (out.status(first), out.status(second)) == ("unknown", "sent")


def test_several_of_a_guest_go_in_their_order(out: Out) -> None:
    guest = out.guest()
    out.enqueue(*(out.message(guest, text=str(n)) for n in range(5)))
    out.run()
    assert [message.text for message in out.phone.sent] == list("01234")


def test_a_planned_message_holds_up_nobody(out: Out) -> None:
    guest = out.guest()
    later = out.say(guest, text="later", send_at=clock.now() + timedelta(hours=1))
    out.say(guest, text="now")
    out.run()
    assert [message.text for message in out.phone.sent] == ["now"]
    assert out.status(later) == "queued"


def test_reminders_go_before_campaigns_and_neither_is_an_answer(out: Out) -> None:
    out.number.throughput_mps = 10
    out.number.save()
    out.say(text="c", lane=Lane.CAMPAIGN)
    out.say(text="r", lane=Lane.REMINDER)
    assert out.run() == 0
    out.run(campaigns=True)
    assert [message.text for message in out.phone.sent] == ["r", "c"]


def test_i18_the_window_is_asked_again_right_before_the_call(out: Out, skip_time: Callable[[timedelta], None]) -> None:
    one = out.say(out.guest(wrote=timedelta(hours=23)))
    assert one.status == "queued"
    skip_time(timedelta(hours=2))
    out.run()
    assert not out.phone.sent
    assert out.shown(one) == ("cancelled", "window_closed")


def test_a_transient_refusal_is_tried_again_later(out: Out) -> None:
    out.phone.answers.append(Rejected(131016, ErrorClass.TRANSIENT, "busy"))
    one = out.say()
    out.run(0.5)
    item = out.item(one)
    assert (item.state, item.retries) == ("queued", 1)
    assert item.not_before > clock.now() and "131016" in item.reason
    OutboxItem.objects.filter(pk=one.item_id).update(not_before=clock.now())
    out.run(0.5)
    assert out.status(one) == "sent"


def test_a_final_refusal_fails_with_its_reason(out: Out) -> None:
    out.phone.answers.append(Rejected(131026, ErrorClass.RECIPIENT, "undeliverable"))
    one = out.say()
    out.run()
    assert out.status(one) == "failed"
    assert "131026" in out.shown(one)[1]
    assert out.item(one).outcome == "failed"


def test_i17_a_rate_refusal_slows_the_whole_number(out: Out) -> None:
    out.phone.answers.append(Rejected(130429, ErrorClass.SLOW_NUMBER, "", wait_s=60))
    out.say()
    out.run(0.3)
    assert Number.objects.get(pk=out.number.pk).slow_until > clock.real() + timedelta(seconds=50)  # type: ignore[operator]
    out.say()
    out.run(0.3)
    assert len(out.phone.sent) == 1


def test_i17_a_pair_refusal_makes_only_that_guest_wait(out: Out) -> None:
    out.phone.answers.append(Rejected(131056, ErrorClass.SLOW_PAIR, ""))
    slow, other = out.guest(), out.guest()
    first = out.say(slow, text="1")
    out.run(0.3)
    OutboxItem.objects.filter(pk=first.item_id).update(not_before=clock.now() + timedelta(seconds=60))
    out.say(slow, text="2")
    out.say(other, text="3")
    out.run(0.3)
    assert [message.text for message in out.phone.sent] == ["1", "3"]


def test_a_bad_token_stops_the_number_once_and_keeps_the_message(out: Out) -> None:
    out.phone.answers += [Rejected(190, ErrorClass.ACCOUNT_STOP, "expired")] * 2
    one, two = out.enqueue(out.message(out.guest()), out.message(out.guest()))
    out.run(0.5)
    number = Number.objects.get(pk=out.number.pk)
    assert number.state == Number.State.STOPPED and "190" in number.stopped_reason
    assert {out.status(one), out.status(two)} == {"queued"}
    assert not numbers.stop(out.number.pk, "again")


def test_i13_messages_of_a_stopped_number_wait_with_a_reason(out: Out) -> None:
    numbers.stop(out.number.pk, "190 expired")
    one = out.say()
    assert numbers.hold_back() == 1
    item = out.item(one)
    assert item.not_before > clock.now() and item.reason == "number_stopped: 190 expired"


def test_i29_a_restored_outbox_waits_for_an_operator(out: Out) -> None:
    old = out.say(text="old")
    before = epoch.current()
    epoch.quarantine()
    out.say(text="new")
    out.run()
    assert [message.text for message in out.phone.sent] == ["new"]
    assert epoch.held() == {before: 1}
    assert epoch.release(before) == 1
    out.run()
    assert out.status(old) == "sent"


def test_i15_what_one_worker_owns_no_other_claims(out: Out) -> None:
    out.say()
    number = claiming.ready_numbers((0,))[0]
    assert len(claiming.claim([(number, 5)])) == 1
    assert claiming.claim([(number, 5)]) == []


def test_what_was_given_back_was_never_tried(out: Out) -> None:
    one = out.say()
    [item] = claiming.claim([(claiming.ready_numbers((0,))[0], 1)])
    claiming.put_back([(item, None, "")])
    assert (out.item(one).state, out.item(one).attempts) == ("queued", 0)
    out.run()
    assert out.status(one) == "sent"
