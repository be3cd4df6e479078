"""FR-BL-003: a message counts when WhatsApp has accepted it, once, however often it is tried or told of."""

from datetime import timedelta

from billing.metering.models import UsageEvent
from channels_wa.adapters.outcome import Unknown
from channels_wa.outbox import settling
from channels_wa.outbox.attempts import Attempt, callback_data
from channels_wa.outbox.usage import on_their_way, told_by_meta
from config.env import env
from ops import clock
from ops.salon import inside
from tests.outbox.conftest import Out, Told


def keys(out: Out) -> list[str]:
    return list(UsageEvent.objects.filter(salon_id=out.salon_id, kind="messages").values_list("key", flat=True))


def test_an_accepted_message_counts_once(out: Out) -> None:
    sent = out.say()
    out.run()
    attempt = callback_data(out.salon_id, Attempt(sent.item_id, 1))
    for status in ("sent", "delivered", "read"):
        out.apply(Told(status, str(out.wamid(sent)), attempt, clock.now()))
    assert keys(out) == [f"message:{sent.message_id}"]
    with inside(out.salon_id):
        assert told_by_meta(clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1), []) == set(keys(out))


def test_messages_accepted_together_count_once_each(out: Out) -> None:
    made = out.enqueue(*(out.message(out.guest()) for _ in range(5)))
    while out.run():
        pass
    assert sorted(keys(out)) == sorted(f"message:{one.message_id}" for one in made)
    assert {line.subject for line in UsageEvent.objects.filter(salon_id=out.salon_id)} == {
        str(one.public_id) for one in made
    }


def test_the_subject_of_a_lone_message_is_its_public_id(out: Out) -> None:
    sent = out.say()
    out.run()
    assert [line.subject for line in UsageEvent.objects.filter(salon_id=out.salon_id)] == [str(sent.public_id)]


def test_one_whose_answer_was_lost_counts_with_its_status(out: Out) -> None:
    out.phone.answers.append(Unknown("time-out"))
    sent = out.say(certainty="at_least_once")
    out.run()
    assert keys(out) == []
    assert on_their_way(out.salon_id, []) == 1
    assert on_their_way(out.salon_id, [sent.message_id]) == 0
    out.age(sent, env.status_grace_s + 1)
    settling.run()
    out.run()
    # Sent once more, and now the first is told of too.
    out.apply(Told("delivered", "wamid.first", callback_data(out.salon_id, Attempt(sent.item_id, 1)), clock.now()))
    assert keys(out) == [f"message:{sent.message_id}"]
