"""Events: written with their cause, heard at least once, in order, each failure for itself."""

from collections.abc import Iterator, Sequence
from uuid import uuid4

import pytest
from django.db import transaction
from pytest_django import Settings

from ops import claim, clock
from ops.eventqueue import handling
from ops.eventqueue.handling import Heard
from ops.eventqueue.models import EventItem
from ops.events import actions as events
from ops.events.actions import NewEvent, handlers_of
from ops.events.models import Event
from ops.salon import current_salon_id, inside, run_in_salon
from tests.world import Salons

heard: list[tuple[int | None, str, Heard]] = []


def note(batch: Sequence[Heard]) -> None:
    heard.extend((current_salon_id(), "note", one) for one in batch)


def stumble(batch: Sequence[Heard]) -> None:
    if any(one.payload.get("bad") for one in batch):
        raise RuntimeError("bad event")
    heard.extend((current_salon_id(), "stumble", one) for one in batch)


@pytest.fixture(autouse=True)
def listeners(settings: Settings, salons: Salons, db: None) -> Iterator[None]:
    heard.clear()
    settings.EVENT_HANDLERS = {"cup.*": [f"{__name__}.note"], "cup.fell": [f"{__name__}.stumble"]}
    handlers_of.cache_clear()
    yield
    handlers_of.cache_clear()


def emit(salons: Salons, *kinds: str, **payload: object) -> None:
    with inside(salons.aurora.pk):
        events.emit_many([NewEvent(kind, uuid4(), dict(payload)) for kind in kinds])


def test_it_is_heard_by_who_asked_for_its_kind(salons: Salons) -> None:
    emit(salons, "cup.fell", "cup.filled", "spoon.fell", size=3)
    handling.run()
    assert sorted((who, one.kind) for _, who, one in heard) == [
        ("note", "cup.fell"), ("note", "cup.filled"), ("stumble", "cup.fell"),
    ]  # fmt: skip
    assert {salon_id for salon_id, _, _ in heard} == {salons.aurora.pk}
    assert heard[0][2].payload == {"size": 3}
    assert run_in_salon(salons.aurora.pk, Event.objects.count) == 3, "what nobody hears is kept too"


def test_it_is_heard_once(salons: Salons) -> None:
    emit(salons, "cup.filled")
    assert [handling.run(), handling.run()] == [1, 0]


def test_events_of_one_subject_are_heard_in_their_order(salons: Salons) -> None:
    subject = uuid4()
    with inside(salons.aurora.pk):
        events.emit_many([NewEvent("cup.filled", subject, {"n": n}) for n in range(5)])
    handling.run()
    assert [one.payload["n"] for _, _, one in heard] == list(range(5))


def test_a_bad_one_does_not_stop_the_others(salons: Salons) -> None:
    emit(salons, "cup.fell", bad=True)
    emit(salons, "cup.fell", "cup.fell")
    handling.run()
    assert [who for _, who, _ in heard].count("stumble") == 2
    bad = EventItem.objects.get(state="pending")
    assert bad.error == "RuntimeError: bad event"


def test_i11_one_that_always_fails_is_parked(salons: Salons) -> None:
    emit(salons, "cup.fell", bad=True)
    for _ in range(10):
        EventItem.objects.update(due_at=clock.real())
        handling.run()
    assert EventItem.objects.get(handler__endswith="stumble").state == "dead"


def test_a_lost_lease_is_another_workers_and_the_rest_goes_on(salons: Salons, monkeypatch: pytest.MonkeyPatch) -> None:
    real, lost = claim.finish, [True]

    def lose_once(*args: object, **more: object) -> None:
        if lost.pop() if lost else False:
            raise claim.LeaseLost
        real(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(claim, "finish", lose_once)
    emit(salons, "cup.fell")
    assert handling.run() == 1
    assert EventItem.objects.get(state="pending").error == "", "that is no failure"


def test_an_event_of_a_rolled_back_change_never_was(salons: Salons) -> None:
    def change() -> None:
        with transaction.atomic():
            events.emit("cup.fell", subject=uuid4())
            raise ValueError

    with pytest.raises(ValueError), inside(salons.aurora.pk):
        change()
    assert not EventItem.objects.exists()
    assert run_in_salon(salons.aurora.pk, Event.objects.count) == 0


def test_outside_of_a_salon_there_are_no_events(db: None) -> None:
    with pytest.raises(RuntimeError):
        events.emit("cup.fell", subject=uuid4())


def test_a_handler_that_is_gone_is_parked_with_its_path(salons: Salons) -> None:
    emit(salons, "cup.filled")
    EventItem.objects.update(handler="nowhere.to.be.found")
    handling.run()
    assert "nowhere" in EventItem.objects.get().error
