"""Claiming rows: lease, fence, order, retry, dead letter (STYLE 10, I11)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from ops import claim, clock
from ops.eventqueue.models import EventItem

LEASE = timedelta(seconds=30)
QUEUE = claim.Queue("event_item", ("kind", "order_key"), max_attempts=8)


def row(order_key: str, **fields: Any) -> EventItem:
    """One row of a queue."""
    values = {
        "salon_id": 1,
        "event_id": EventItem.objects.count() + 1,
        "kind": "x",
        "handler": "h",
        "due_at": clock.real(),
    }
    return EventItem.objects.create(**{**values, "order_key": order_key, **fields})


def claimed(limit: int = 10, lease: timedelta = LEASE) -> list[claim.Claimed]:
    return claim.claim(QUEUE, limit=limit, lease=lease)


def ids(rows: list[claim.Claimed]) -> list[int]:
    return [one.id for one in rows]


def state(item: EventItem) -> tuple[str, int, str]:
    item.refresh_from_db()
    return item.state, item.attempts, item.error


@pytest.mark.usefixtures("db")
class TestOne:
    """What one worker sees."""

    def test_it_claims_what_is_due_with_a_lease_and_a_fence(self) -> None:
        item = row("a")
        (mine,) = claimed()
        item.refresh_from_db()
        assert (mine.id, mine.fence, mine.attempts, mine.values) == (item.pk, 1, 1, {"kind": "x", "order_key": "a"})
        assert item.lease_until is not None and item.lease_until > clock.real()

    def test_what_is_leased_is_not_claimed_again(self) -> None:
        row("a")
        assert claimed() and not claimed()

    def test_what_is_not_due_yet_waits(self) -> None:
        row("a", due_at=clock.real() + timedelta(minutes=1))
        assert not claimed()

    def test_only_the_oldest_of_an_order_key(self) -> None:
        first, second, other = row("a"), row("a"), row("b")
        assert ids(claimed()) == [first.pk, other.pk]
        claim.finish(QUEUE, [claim.Claimed(first.pk, 1, 1, {})])
        assert ids(claimed()) == [second.pk]

    def test_one_that_is_put_off_holds_back_the_younger_ones(self) -> None:
        first = row("a")
        row("a")
        assert claim.retry(QUEUE, claimed()[0], "later")
        assert not claimed()
        EventItem.objects.filter(pk=first.pk).update(state="dead")
        assert len(claimed()) == 1

    def test_after_the_lease_another_worker_goes_on_and_the_old_one_changes_nothing(self) -> None:
        item = row("a")
        (slow,) = claimed(lease=timedelta(seconds=-1))
        (quick,) = claimed()
        assert quick.fence == slow.fence + 1
        with pytest.raises(claim.LeaseLost):
            claim.finish(QUEUE, [slow])
        with pytest.raises(claim.LeaseLost):
            claim.release(QUEUE, [slow])
        assert not claim.retry(QUEUE, slow, "late")
        assert state(item) == ("pending", 2, "")
        claim.finish(QUEUE, [quick])
        assert state(item)[0] == "done"

    def test_it_is_tried_again_with_back_off_and_parked_at_last(self) -> None:
        item = row("a")
        delays = []
        for number in range(1, 9):
            (mine,) = claimed()
            before = clock.real()
            assert claim.retry(QUEUE, mine, f"try {number}") is (number < 8)
            item.refresh_from_db()
            delays.append((item.due_at - before).total_seconds())
            EventItem.objects.update(due_at=clock.real())
        assert state(item) == ("dead", 8, "try 8")
        assert all(0.5 * 2**n <= delay <= 0.76 * 2**n + 0.1 for n, delay in enumerate(delays[:7]))
        assert not claimed()

    def test_a_cause_that_cannot_be_stored_is_stored_as_far_as_it_can(self) -> None:
        item = row("a")
        claim.retry(QUEUE, claimed()[0], "x\x00y" + "z" * 5000)
        assert state(item)[2].startswith("x\\x00yzz")

    def test_released_is_as_if_it_had_not_been_claimed(self) -> None:
        item = row("a")
        claim.release(QUEUE, claimed())
        assert state(item) == ("pending", 0, "")
        assert ids(claimed()) == [item.pk]

    def test_i11_what_kills_its_workers_is_worked_on_alone_and_parked_in_the_end(self) -> None:
        killer, *innocent = [row(str(number)) for number in range(4)]
        for _ in range(claim.SUSPECT_AFTER):
            assert len(claimed(lease=timedelta(seconds=-1))) == 4  # and the worker dies
        for _ in range(claim.GIVE_UP_AFTER - claim.SUSPECT_AFTER):
            assert ids(claimed(lease=timedelta(seconds=-1))) == [killer.pk]
        for one in innocent:
            (alone,) = claimed()
            assert alone.id == one.pk
            claim.finish(QUEUE, [alone])
        assert state(killer) == ("dead", claim.GIVE_UP_AFTER + 1, "no try came to an end: its worker died or hung")
        assert {state(one)[0] for one in innocent} == {"done"}

    def test_nothing_is_written_for_nothing(self) -> None:
        claim.finish(QUEUE, [])
        claim.release(QUEUE, [])

    def test_the_wait_never_grows_beyond_its_limit(self) -> None:
        assert claim.backoff(50) <= claim.MAX_BACKOFF * 1.5


@pytest.mark.usefixtures("committed")
class TestMany:
    """What two connections make of the same rows."""

    def test_two_workers_never_share_a_row(self, at_once: Callable[..., list[Any]]) -> None:
        for number in range(200):
            row(str(number))

        def work() -> list[int]:
            mine: list[int] = []
            while rows := claimed(limit=7):
                claim.finish(QUEUE, rows)
                mine += ids(rows)
            return mine

        shares = at_once(work, work, work)
        everything = [pk for share in shares for pk in share]
        assert len(everything) == len(set(everything)) == 200

    def test_two_workers_keep_the_order_of_a_key(self, at_once: Callable[..., list[Any]]) -> None:
        for number in range(60):
            row("a" if number % 2 else "b")
        seen: list[tuple[str, int]] = []

        def work() -> None:
            empty = 0
            while empty < 50:
                rows = claimed(limit=2)
                empty = 0 if rows else empty + 1
                seen.extend((one.values["order_key"], one.id) for one in rows)
                claim.finish(QUEUE, rows)

        assert at_once(work, work) == [None, None]
        for key in ("a", "b"):
            order = [pk for one, pk in seen if one == key]
            assert order == sorted(order)
        assert len(seen) == len(set(seen)) == 60

    def test_of_two_that_finish_a_row_one_wins(self, at_once: Callable[..., list[Any]]) -> None:
        row("a")
        (mine,) = claimed()
        results = at_once(lambda: claim.finish(QUEUE, [mine]), lambda: claim.finish(QUEUE, [mine]))
        assert sorted(type(result).__name__ for result in results) == ["LeaseLost", "NoneType"]

    def test_a_claim_holds_no_lock_while_working(self, at_once: Callable[..., list[Any]]) -> None:
        item = row("a")
        claimed()

        def touch() -> int:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 2000")
                cursor.execute("UPDATE public.event_item SET kind = 'y' WHERE id = %s", [item.pk])
                return int(cursor.rowcount)

        assert at_once(touch) == [1]
