"""I16 with ten thousand statuses; words that are not ours."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from channels_wa.inbound import drain
from channels_wa.inbound.contents import contents
from channels_wa.inbound.models import InboxItem
from channels_wa.messages.models import STATUS_ORDER, Message, StatusEvent
from channels_wa.outbox.attempts import Attempt, callback_data
from ops.salon import run_in_salon
from tests.incoming import delivery, keep
from tests.invariants.size import size
from tests.outbox.conftest import Out, Told
from tests.world import Salons

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
STATUSES = ("sent", "delivered", "read", "played", "failed")
COUNT = size(10_000, 1.0)
MESSAGES = COUNT // 10
BATCH = 200


def sent_messages(out: Out) -> dict[int, str]:
    """Wamids of messages that were accepted, by the message's id; written as they stand after that."""

    def write() -> dict[int, str]:
        rows = Message.objects.bulk_create(
            Message(
                direction="out", type="text", status="sent", contact_id=n, conversation_id=n, wamid=f"wamid.many.{n}",
                number_id=out.number.pk, at=AT,
            )
            for n in range(MESSAGES)
        )  # fmt: skip
        return {row.pk: row.wamid or "" for row in rows}

    return run_in_salon(out.salon_id, write)


def test_i16_ten_thousand_statuses_in_random_order_and_repetition(out: Out) -> None:
    chance, wamids = random.Random(16), sent_messages(out)
    told: list[Told] = []
    highest: dict[int, str] = {}
    for pk, wamid in wamids.items():
        some = chance.choices(STATUSES, k=10)
        told += [Told(status, wamid, at=AT + timedelta(seconds=chance.randrange(2))) for status in some]
        highest[pk] = max(some, key=STATUS_ORDER.index)
    chance.shuffle(told)
    results = [one for n in range(0, COUNT, BATCH) for one in out.apply(*told[n : n + BATCH])]
    shown = run_in_salon(out.salon_id, lambda: dict(Message.objects.filter(pk__in=wamids).values_list("pk", "status")))
    assert shown == highest
    kept = run_in_salon(out.salon_id, lambda: StatusEvent.objects.filter(message_id__in=list(wamids)).count())
    assert kept == results.count("applied") == len({(one.wamid, one.status, one.at) for one in told})


@pytest.mark.parametrize(
    "word",
    [
        "v1.1-1.AAAAAAAAAAAAAAAA",
        "v1.zzzzzzzzzzzzz-1.AAAA",
        "v2.1-1.x",
        "v1.1-1",
        "v1..",
        "é" * 20,
        "v1.1-1." + "A" * 99,
        "",
    ],
)
def test_i14_a_forged_word_has_no_effect(out: Out, word: str) -> None:
    one = out.say()
    assert out.apply(Told("failed", "wamid.forged", word, at=AT)) == ["unknown_message"]
    assert (out.status(one), out.item(one).state) == ("queued", "queued")


def test_i14_a_word_for_an_attempt_that_was_never_made_has_no_effect(out: Out) -> None:
    one = out.say()
    for n in (0, 1, 2):
        word = callback_data(out.salon_id, Attempt(one.item_id, n))
        assert out.apply(Told("delivered", "wamid.x", word, at=AT)) == ["unknown_message"]
    assert (out.status(one), out.item(one).state) == ("queued", "queued")


def test_i22_another_salons_word_moves_nothing_on_either_side(out: Out, salons: Salons) -> None:
    one = out.say()
    out.run()
    theirs = callback_data(salons.other.pk, Attempt(one.item_id, 1))
    assert out.apply(Told("read", "wamid.x", theirs, at=AT)) == ["unknown_message"]
    assert out.status(one) == "sent"


def test_i16_a_word_of_ours_beside_the_id_of_another_message_names_nobody_twice(out: Out) -> None:
    first, second = out.say(), out.say()
    out.run()
    word, wamid = out.phone.sent[0].callback_data, out.wamid(second) or ""
    assert out.apply(Told("delivered", wamid, word, at=AT)) == ["applied"]
    assert (out.status(first), out.status(second)) == ("delivered", "sent")


@pytest.mark.parametrize("whose", ["nobody", "another salon", "another message"])
def test_i4_a_status_that_is_not_ours_is_kept_with_its_bytes(out: Out, salons: Salons, whose: str) -> None:
    one = out.say()
    word = {
        "nobody": "v1.1-1.AAAAAAAAAAAAAAAA",
        "another salon": callback_data(salons.other.pk, Attempt(one.item_id, 1)),
        "another message": callback_data(out.salon_id, Attempt(one.item_id + 1000, 1)),
    }[whose]
    told = {
        "id": "wamid.stranger", "status": "failed", "timestamp": "1790000000", "recipient_id": "551199",
        "biz_opaque_callback_data": word, "errors": [{"code": 131026, "title": "no"}],
    }  # fmt: skip
    kept = keep(delivery("1" * 15, statuses=[told]))
    drain.run()
    item = InboxItem.objects.get(delivery_id=kept)
    assert (item.state, item.error.partition(":")[0]) == ("quarantined", "unknown_wamid")
    assert out.status(one) == "queued"
    place = (UUID(kept), 0)
    raw = contents([place])[place]
    assert raw is not None and raw.item["id"] == "wamid.stranger"
