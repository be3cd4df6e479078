"""Timers whose work is a call to an address of a salon's choosing: many in flight at once, fair between salons.

Errands have a few threads, and a slow host would hold one for as long as it likes. Here a call costs no thread: one
thread of each worker process claims timers, lets their calls run side by side on the background loop, and writes down
what comes back. A salon has so many calls in the air and no more, so that whoever calls slow hosts keeps nobody else
waiting.

An app registers who calls by `call_on_timer(kind, caller)`: `prepare` says what to ask, in a transaction of its own
before the call; `settle` writes what came of it, in one transaction with the end of the timer. A process that dies in
between leaves a lease that ends, and the call is made once more.
"""

import asyncio
import logging
import queue
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import close_old_connections, transaction

from ops import background, claim, clock
from ops.metrics import TIMERS_LATE
from ops.salon import inside
from ops.timers.registry import Due, caller_of, kinds_that_call
from ops.timers.ticker import QUEUE

log = logging.getLogger(__name__)

AT_ONCE = 96
PER_SALON = 8
# Longer than any call may take; what is in the air then belongs to somebody else.
LEASE = timedelta(minutes=5)
LONGEST_CALL_S = 240.0
# While calls are in the air, how often one looks for more by oneself.
LOOK_S = 0.25

_lock = threading.Lock()
_thread: threading.Thread | None = None
_landed: "queue.SimpleQueue[_Flight | None]" = queue.SimpleQueue()


@dataclass(slots=True)
class _Flight:
    """A call in the air, and what came back."""

    row: claim.Claimed
    answer: Any = None
    error: BaseException | None = None

    @property
    def due(self) -> Due:
        return Due(self.row.values["subject"], self.row.values["version"])

    @property
    def salon_id(self) -> int | None:
        found: int | None = self.row.values["salon_id"]
        return found

    @property
    def kind(self) -> str:
        return str(self.row.values["kind"])


def run() -> int:
    """Have a thread look for what is due, or tell the one that is at it; returns at once."""
    global _thread
    if not kinds_that_call():
        return 0
    with _lock:
        if _thread is not None and _thread.is_alive():
            _landed.put(None)
        else:
            _thread = threading.Thread(target=_work_and_leave, name="calls", daemon=True)
            _thread.start()
    return 0


def work(landed: "queue.SimpleQueue[_Flight | None] | None" = None) -> int:
    """Make calls until none is due and none is in the air; how many."""
    lane = Lane(landed or queue.SimpleQueue())
    while lane.take_off() or lane.in_the_air:
        lane.land()
    return lane.done


def _work_and_leave() -> None:
    global _thread
    try:
        while True:
            work(_landed)
            with _lock:
                # Somebody may have called while the last look was being made.
                if _landed.empty():
                    _thread = None
                    return
                _landed.get_nowait()
    except Exception:
        log.exception("calls could not be looked for")
        with _lock:
            _thread = None
    finally:
        close_old_connections()


class Lane:
    """The calls of one thread."""

    def __init__(self, landed: "queue.SimpleQueue[_Flight | None]") -> None:
        self.landed = landed
        self.per_salon: Counter[int | None] = Counter()
        self.done = 0

    @property
    def in_the_air(self) -> int:
        """How many calls have no answer yet."""
        return sum(self.per_salon.values())

    def take_off(self) -> int:
        """Claim what is due and there is room for; how many timers were claimed."""
        started = 0
        while (room := AT_ONCE - self.in_the_air) > 0 and (rows := self._claimed(min(room, 2 * PER_SALON))):
            started += len(rows)
            groups: dict[tuple[int | None, str], list[_Flight]] = defaultdict(list)
            for row in rows:
                TIMERS_LATE.observe(max((clock.now() - row.values["due_at"]).total_seconds(), 0))
                flight = _Flight(row)
                groups[flight.salon_id, flight.kind].append(flight)
            for group in groups.values():
                self._prepare(group)
        return started

    def _claimed(self, limit: int) -> list[claim.Claimed]:
        full = [salon_id for salon_id, count in self.per_salon.items() if count >= PER_SALON and salon_id is not None]
        rows = claim.claim(
            QUEUE,
            limit=limit,
            lease=LEASE,
            where="AND q.kind = ANY(%s) AND (q.salon_id IS NULL OR q.salon_id <> ALL(%s))",
            params=[sorted(kinds_that_call()), full],
        )
        kept: list[claim.Claimed] = []
        over: list[claim.Claimed] = []
        taken = Counter(self.per_salon)
        for row in rows:
            taken[row.values["salon_id"]] += 1
            (kept if taken[row.values["salon_id"]] <= PER_SALON else over).append(row)
        if over:
            claim.release(QUEUE, over)
        return kept

    def _prepare(self, group: Sequence[_Flight]) -> None:
        one = group[0]
        try:
            with _door(one.salon_id), transaction.atomic():
                calls = caller_of(one.kind).prepare([flight.due for flight in group])
                claim.finish(QUEUE, [flight.row for flight, call in zip(group, calls, strict=True) if call is None])
        except Exception as error:
            self._failed(group, error, self._prepare)
            return
        for flight, call in zip(group, calls, strict=True):
            if call is None:
                self.done += 1
                continue
            self.per_salon[flight.salon_id] += 1
            self._start(flight, call)

    def _start(self, flight: _Flight, call: Callable[[], Any]) -> None:
        def arrived(future: "Future[Any]") -> None:
            flight.error = future.exception()
            if flight.error is None:
                flight.answer = future.result()
            self.landed.put(flight)

        background.start(asyncio.wait_for(call(), LONGEST_CALL_S)).add_done_callback(arrived)

    def land(self) -> None:
        """Write down what has come back; waits for it a moment."""
        flights: list[_Flight] = []
        try:
            flight = self.landed.get(timeout=LOOK_S)
            while True:
                if flight is not None:
                    flights.append(flight)
                flight = self.landed.get_nowait()
        except queue.Empty:
            pass
        groups: dict[tuple[int | None, str], list[_Flight]] = defaultdict(list)
        for flight in flights:
            self.per_salon[flight.salon_id] -= 1
            groups[flight.salon_id, flight.kind].append(flight)
        for group in groups.values():
            for flight in [one for one in group if one.error is not None]:
                self._failed([flight], flight.error or RuntimeError(), self._settle)
            if answered := [one for one in group if one.error is None]:
                self._settle(answered)
        self.per_salon = +self.per_salon

    def _settle(self, group: Sequence[_Flight]) -> None:
        one = group[0]
        try:
            with _door(one.salon_id), transaction.atomic():
                caller_of(one.kind).settle([(flight.due, flight.answer) for flight in group])
                claim.finish(QUEUE, [flight.row for flight in group])
        except Exception as error:
            self._failed(group, error, self._settle)
            return
        self.done += len(group)

    def _failed(
        self, group: Sequence[_Flight], error: BaseException, again: Callable[[Sequence[_Flight]], None]
    ) -> None:
        if len(group) > 1:
            # One of them is bad; each alone shows which.
            for flight in group:
                again([flight])
            return
        self.done += 1
        if isinstance(error, claim.LeaseLost):
            log.info("timer %s was set anew while it was done", group[0].kind)
            return
        # Its kind only: a text could carry what a call's address or headers hold.
        log.error("timer %s failed: %s", group[0].kind, type(error).__name__)
        claim.retry(QUEUE, group[0].row, type(error).__name__)


def _door(salon_id: int | None) -> AbstractContextManager[None]:
    return nullcontext() if salon_id is None else inside(salon_id)
