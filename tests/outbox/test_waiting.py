"""Messages that wait for something: what brings them forward."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from channels_wa.outbox import actions, media_ids, numbers
from channels_wa.outbox.checks import OutboundFacts, Refusal
from channels_wa.outbox.models import OutboxItem
from ops import clock
from ops.eventqueue.handling import Heard
from ops.salon import run_in_salon
from tests.outbox.conftest import Out
from tests.world import Salons

A, B = str(UUID(int=1)), str(UUID(int=2))


def wait_a_day(batch: list[OutboundFacts], now: object) -> list[Refusal | None]:
    return [Refusal("media_uploading", until=clock.now() + timedelta(days=1)) for _ in batch]


def test_what_a_message_waited_for_has_come(out: Out, settings: object, salons: Salons) -> None:
    settings.OUTBOUND_CHECKS = [f"{__name__}.wait_a_day"]  # type: ignore[attr-defined]
    one = out.say()
    settings.OUTBOUND_CHECKS = []  # type: ignore[attr-defined]
    assert run_in_salon(salons.other.pk, lambda: actions.bring_forward([one.message_id])) == 0
    assert run_in_salon(out.salon_id, lambda: actions.bring_forward([one.message_id])) == 1
    out.run()
    assert out.status(one) == "sent"


def test_a_planned_message_is_not_brought_forward(out: Out) -> None:
    one = out.say(send_at=clock.now() + timedelta(hours=1))
    assert run_in_salon(out.salon_id, lambda: actions.bring_forward([one.message_id])) == 0


def test_what_comes_while_a_message_is_looked_at_is_not_missed(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    one = out.say(type="image", payload={"media": A})
    looks: list[int] = []

    def meta_ids(_number: int, ids: list[str]) -> dict[str, str]:
        looks.append(actions.bring_forward([one.message_id]) if not looks else 0)
        return {} if len(looks) == 1 else {A: "meta"}

    monkeypatch.setattr(media_ids, "meta_ids", meta_ids)
    out.run()
    assert looks[0] == 0, "it was not waiting yet"
    assert out.status(one) == "sent"


def heard(kind: str, number_id: int) -> Heard:
    return Heard(1, uuid4(), kind, UUID(int=1), 1, {"number_id": number_id}, clock.now())


@pytest.mark.parametrize("kind", ["number.connected", "number.resumed"])
def test_fr_wa_009_a_number_that_is_back_lets_its_messages_go(out: Out, kind: str) -> None:
    one = out.say()
    numbers.stop(out.number.pk, "number_stopped: 190 expired")
    assert numbers.hold_back() == 1
    type(out.number).objects.filter(pk=out.number.pk).update(state="active")
    out.run(2)
    assert out.status(one) == "queued"
    run_in_salon(out.salon_id, lambda: numbers.on_events([heard(kind, out.number.pk)]))
    out.run()
    assert out.status(one) == "sent"
    assert not OutboxItem.objects.filter(state="queued").exists()


def test_media_ids_take_the_place_of_ours(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_ids, "meta_ids", lambda _number, ids: {one: f"meta-{one}" for one in ids})
    header = {"type": "header", "parameters": [{"type": "image", "image": {"media": B}}]}
    guest = out.guest()
    out.say(guest, type="image", payload={"media": A, "caption": "Oi"})
    out.say(guest, type="template", payload={"name": "x", "components": [header]})
    out.run()
    image, template = out.phone.sent
    assert image.payload == {"media": f"meta-{A}", "caption": "Oi"}
    assert template.payload["components"][0]["parameters"] == [{"type": "image", "image": {"id": f"meta-{B}"}}]


def test_media_that_is_not_with_meta_waits_with_its_reason(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_ids, "meta_ids", lambda _number, _ids: {})
    one = out.say(type="image", payload={"media": A})
    out.run(2)
    assert not out.phone.sent
    assert (out.item(one).state, out.item(one).reason) == ("queued", "media_uploading")
    assert out.item(one).not_before > clock.now()
