"""Timers: once, never early, batch by batch, each failure for itself (ARCHITECTURE §6, I10)."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from queue import SimpleQueue
from threading import Barrier, get_ident
from typing import Any

import pytest

from crm.contacts.models import Contact
from ops import clock
from ops.claim import Claimed
from ops.salon import current_salon_id, inside, run_in_salon
from ops.timers import registry, ticker
from ops.timers.actions import NewTimer, cancel_many, set_many
from ops.timers.models import Timer
from ops.timers.registry import Due, on_timer
from tests.world import Salons

fired: list[tuple[int | None, list[Due]]] = []


@pytest.fixture(autouse=True)
def handlers(monkeypatch: pytest.MonkeyPatch, salons: Salons, db: None) -> Iterator[None]:
    """Kinds of our own."""
    fired.clear()
    registry.kinds()
    monkeypatch.setattr(registry, "_handlers", dict(registry._handlers))

    @on_timer("test.note", acts_for="salon")
    def note(due: Sequence[Due]) -> None:
        fired.append((current_salon_id(), list(due)))

    @on_timer("test.bad", acts_for="salon")
    def bad(due: Sequence[Due]) -> None:
        Contact.objects.create(name="half done")
        if any(one.subject == "bad" for one in due):
            raise RuntimeError("broken")

    yield


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    monkeypatch.setattr(clock, "_offset", clock._offset + by)


def set_now(salon: Any, *subjects: str, kind: str = "test.note", version: int = 0) -> None:
    set_many(salon and salon.pk, [NewTimer(kind, subject, clock.now(), version) for subject in subjects])


def test_what_is_due_fires_in_one_batch_for_each_salon(salons: Salons) -> None:
    set_now(salons.aurora, "1", "2")
    set_now(salons.other, "1")
    set_now(None, "platform")
    assert ticker.run() == 4
    assert sorted((salon_id or 0, sorted(one.subject for one in due)) for salon_id, due in fired) == [
        (0, ["platform"]), (salons.aurora.pk, ["1", "2"]), (salons.other.pk, ["1"]),
    ]  # fmt: skip


@pytest.mark.parametrize(("found", "threads"), [(ticker.OLDEST - 1, 1), (ticker.OLDEST, 2)])
def test_a_rush_is_worked_on_by_two_at_once(monkeypatch: pytest.MonkeyPatch, found: int, threads: int) -> None:
    claims, meeting, seen = SimpleQueue[list[Claimed]](), Barrier(threads, timeout=5), set()
    for count in (found, found, 0, 0):
        values = {"salon_id": None, "kind": "test.note", "subject": "1", "version": 0, "due_at": clock.now()}
        claims.put([Claimed(n, 1, 1, values) for n in range(count)])

    def fire(salon_id: int | None, kind: str, rows: list[Claimed]) -> int:
        seen.add(get_ident())
        meeting.wait()
        return len(rows)

    monkeypatch.setattr(ticker, "_claim", claims.get_nowait)
    monkeypatch.setattr(ticker, "_fire", fire)
    assert ticker.run() == 2 * found
    assert len(seen) == threads


def test_it_fires_once_and_never_early(salons: Salons, monkeypatch: pytest.MonkeyPatch) -> None:
    set_many(salons.aurora.pk, [NewTimer("test.note", "1", clock.now() + timedelta(days=30))])
    assert ticker.run() == 0
    later(monkeypatch, timedelta(days=30, seconds=1))
    assert [ticker.run(), ticker.run()] == [1, 0]


def test_setting_it_again_moves_it(salons: Salons, monkeypatch: pytest.MonkeyPatch) -> None:
    for hours in (1, 5):
        set_many(salons.aurora.pk, [NewTimer("test.note", "1", clock.now() + timedelta(hours=hours))])
    later(monkeypatch, timedelta(hours=2))
    assert ticker.run() == 0
    assert Timer.objects.count() == 1


def test_a_cancelled_one_does_not_fire(salons: Salons) -> None:
    set_now(salons.aurora, "1", "2")
    set_now(salons.other, "1")
    cancel_many(salons.aurora.pk, "test.note", ["1"])
    ticker.run()
    assert sorted((salon_id, due[0].subject) for salon_id, due in fired) == [
        (salons.aurora.pk, "2"),
        (salons.other.pk, "1"),
    ]


def test_one_that_fails_fails_alone_and_undoes_what_it_did(salons: Salons) -> None:
    set_now(salons.aurora, "good", "bad", "fine", kind="test.bad")
    assert ticker.run() == 2
    assert run_in_salon(salons.aurora.pk, Contact.objects.count) == 2
    bad = Timer.objects.get(subject="bad")
    assert (bad.state, bad.attempts, bad.error) == ("pending", 1, "RuntimeError: broken")
    assert bad.due_at > clock.now()


def test_one_that_always_fails_is_parked(salons: Salons) -> None:
    set_now(salons.aurora, "bad", kind="test.bad")
    for _ in range(10):
        Timer.objects.filter(state="pending").update(due_at=clock.now())
        ticker.run()
    assert list(Timer.objects.values_list("state", "attempts")) == [("dead", 8)]


def test_a_kind_that_nobody_handles_is_parked_with_its_name(salons: Salons) -> None:
    set_now(salons.aurora, "1", kind="test.nobody")
    ticker.run()
    assert "test.nobody" in Timer.objects.get().error


def test_one_that_is_set_anew_while_it_fires_stands(salons: Salons, monkeypatch: pytest.MonkeyPatch) -> None:
    def set_again(due: Sequence[Due]) -> None:
        Contact.objects.create(name="for nothing")
        if len(due) == 2:
            return
        if due[0].subject == "1":
            set_many(current_salon_id(), [NewTimer("test.again", "1", clock.now() + timedelta(days=1))])

    on_timer("test.again", acts_for="salon")(set_again)
    set_now(salons.aurora, "1", kind="test.again")
    assert ticker.run() == 0, "the firing is void"
    assert run_in_salon(salons.aurora.pk, Contact.objects.count) == 0


def test_of_a_batch_one_taken_back_meanwhile_does_not_hold_the_others(salons: Salons) -> None:
    def take_back(due: Sequence[Due]) -> None:
        fired.append((current_salon_id(), list(due)))
        if any(one.subject == "1" for one in due):
            cancel_many(current_salon_id(), "test.back", ["1"])

    on_timer("test.back", acts_for="salon")(take_back)
    set_now(salons.aurora, "1", "2", kind="test.back")
    assert ticker.run() == 1
    assert Timer.objects.get(subject="2").state == "done"


def test_jobs_of_every_app_are_found_whoever_was_imported_first() -> None:
    assert "flow.wait" in registry.kinds()


def test_a_timer_set_in_a_rolled_back_change_is_not_set(salons: Salons) -> None:
    from django.db import transaction

    def change() -> None:
        with transaction.atomic():
            set_now(salons.aurora, "1")
            raise ValueError

    with pytest.raises(ValueError), inside(salons.aurora.pk):
        change()
    assert not Timer.objects.exists()
