"""The dispatcher: claims what may leave, makes the calls, records what became of them; many in flight at once.

One for each group of lanes and process. In a worker it lives in a thread of its own, so that an answer that was just
committed leaves within milliseconds while its worker goes on draining; elsewhere a bell tells the workers.
"""

import heapq
import logging
import os
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from channels_wa.adapters import adapter_of
from channels_wa.adapters.outcome import Outcome, Unknown
from channels_wa.outbox import circuit, claiming, flight, portfolio
from channels_wa.outbox.claiming import Item, ReadyNumber
from channels_wa.outbox.flight import Call, Report
from channels_wa.outbox.limiter import Limiter
from channels_wa.outbox.message import Lane
from channels_wa.outbox.portfolio import Portfolios
from channels_wa.outbox.recorder import Recorder
from channels_wa.outbox.sharing import Shares
from ops import background, bell, clock
from ops.failpoint import failpoint
from ops.metrics import RATE_LIMIT_WAITS

log = logging.getLogger(__name__)

IN_FLIGHT_MAX = 512
CLAIM_MAX = 256
AFTER_TROUBLE_S = 0.5
# While many calls are in flight, looks are no closer together than this.
BUSY_FROM = 16
LOOK_EVERY_S = 0.01
STOP_WITHIN_S = 25.0
_WAKE = None


@dataclass(frozen=True, slots=True)
class Group:
    """Lanes that one dispatcher serves, in their order, and the bell that asks for it."""

    bell: str
    lanes: tuple[int, ...]


REPLIES = Group("replies", (int(Lane.REPLY),))
CAMPAIGNS = Group("campaigns", (int(Lane.REMINDER), int(Lane.CAMPAIGN)))


class Dispatcher:
    """Serves one group in this process. `run` is for one caller at a time; a second only asks for another look."""

    def __init__(self, group: Group, *, records_aside: bool = True) -> None:
        self.group = group
        self.limiter = Limiter()
        self.portfolios = Portfolios()
        self._shares = Shares()
        self._pumping = threading.Lock()
        self._recorder = Recorder(self._recorded, aside=records_aside)
        # How many calls were dealt with; _WAKE asks for a look.
        self._inbox: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._in_flight = 0
        self._owed: list[tuple[Item, datetime | None, str]] = []
        self._look_at: float | None = 0.0
        # When what was put back for a short while may go.
        self._due_at: list[float] = []
        self._stopping = False
        self._thread: threading.Thread | None = None

    @property
    def lives_here(self) -> bool:
        """Whether a thread of this process serves the group."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_full(self) -> bool:
        """Whether nothing more can be taken on for now."""
        return self._in_flight >= IN_FLIGHT_MAX

    def wake(self) -> None:
        """Look at once."""
        self._inbox.put(_WAKE)

    def live(self) -> None:
        """Serve the group from a thread of this process from now on."""
        if not self.lives_here and not self._stopping:
            self._thread = threading.Thread(target=self._live, name=f"dispatch-{self.group.bell}", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Begin no more calls, and wait for the answers of those in flight."""
        self._stopping = True
        self.wake()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(STOP_WITHIN_S)

    def run(self, until: datetime) -> int:
        """Send what is due and may leave before `until`, and wait for the answers; how many calls were made."""
        if not self._pumping.acquire(blocking=False):
            self.wake()
            return 0
        try:
            self._recorder.start()
            self._look_at, calls = 0.0, 0
            while True:
                calls += self._turn(may_begin=clock.real() < until)
                if self._is_idle(until):
                    return calls
                self._wait()
        finally:
            self._pumping.release()

    def _live(self) -> None:
        with self._pumping:
            self._recorder.start()
            while not (self._stopping and self._in_flight == 0):
                try:
                    self._turn(may_begin=not self._stopping)
                    self._wait()
                except Exception:
                    log.exception("dispatching %s failed", self.group.bell)
                    connection.close()
                    self._look_at = time.monotonic() + AFTER_TROUBLE_S
                    time.sleep(AFTER_TROUBLE_S)
        connection.close()

    def _is_idle(self, until: datetime) -> bool:
        if self._in_flight or not self._inbox.empty():
            return False
        if self._look_at is None or clock.real() >= until:
            return True
        return clock.real() + timedelta(seconds=max(0.0, self._look_at - time.monotonic())) >= until

    def _turn(self, *, may_begin: bool) -> int:
        """Hear what came back, then begin what may begin; how many calls were begun."""
        # In this order: what is said after the hearing is still there for the next.
        self._hear()
        self._recorder.write_here()
        if self._owed:
            owed, self._owed = self._owed, []
            self._put_back(owed)
        room = min(CLAIM_MAX, IN_FLIGHT_MAX - self._in_flight)
        if not may_begin or room <= 0 or self._look_at is None or time.monotonic() < self._look_at:
            return 0
        now = time.monotonic()
        while self._due_at and self._due_at[0] <= now:
            heapq.heappop(self._due_at)
        self._look_at = self._due_at[0] if self._due_at else None
        return self._begin(room)

    def _begin(self, room: int) -> int:
        ready = claiming.ready_numbers(self.group.lanes)
        shares, rest_s = self._shares.divide(ready, room, flight.LEAVE)
        if rest_s is not None:
            self._look_in(rest_s)
        if not shares:
            return 0
        shares, probing = self._win_tries(shares)
        items = claiming.claim(shares) if shares else []
        failpoint("outbox.after_claim")
        begun: list[Call] = []
        try:
            begun = self._prepare(items, {number.id: number for number in ready}) if items else []
        except Exception:
            # No call was made for any of them, so they go back as they were instead of ending as unknown.
            self._owed += [(item, None, "") for item in items]
            raise
        finally:
            circuit.give_up_try(probing - {call.item.number_id for call in begun})
        self._call(begun)
        if items and len(items) == sum(most for _number, most in shares):
            # As much as was asked for: there may be more of the same. Less says that the rest has to wait.
            self._look_in(0.0 if self._in_flight < BUSY_FROM else LOOK_EVERY_S)
        return len(begun)

    def _win_tries(self, shares: list[tuple[ReadyNumber, int]]) -> tuple[list[tuple[ReadyNumber, int]], set[int]]:
        """Without the numbers that rest and that another process tries; and those that we try."""
        resting = {number.id for number, _most in shares if number.is_half_open}
        won = circuit.win(resting)
        return [share for share in shares if share[0].id not in resting - won], won

    def _prepare(self, items: Sequence[Item], numbers: dict[int, ReadyNumber]) -> list[Call]:
        """Those that may be called now; the others are given back or written down."""
        prepared = flight.prepare(items, numbers)
        go: list[Call] = []
        if calls := self._within_portfolios(prepared):
            asks = [call.ask for call in calls]
            taken = self.limiter.take(asks)
            self._shares.note(asks, taken)
            now = clock.now()
            for call, wait_s in zip(calls, taken.waits_s, strict=True):
                if wait_s:
                    prepared.later.append((call.item, now + timedelta(seconds=wait_s), "rate_limit"))
                    heapq.heappush(self._due_at, time.monotonic() + wait_s)
                    self._look_in(wait_s)
                    RATE_LIMIT_WAITS.inc()
                else:
                    go.append(call)
        self._put_back(prepared.later)
        self._in_flight += len(prepared.results)
        for result in prepared.results:
            self._recorder.put(result)
        return go

    def _within_portfolios(self, prepared: flight.Prepared) -> list[Call]:
        """The calls that Meta's messaging limit allows; the others wait for a place."""
        asking = [call for call in prepared.calls if call.talk is not None]
        if not asking:
            return prepared.calls
        talks = [call.talk for call in asking if call.talk is not None]
        waits = self.portfolios.take(talks, own_items=[call.item.id for call in asking])
        now, refused = clock.now(), set()
        for call, wait_s in zip(asking, waits, strict=True):
            if wait_s:
                refused.add(call.item.id)
                prepared.later.append((call.item, now + timedelta(seconds=wait_s), portfolio.REASON))
                RATE_LIMIT_WAITS.inc()
        return [call for call in prepared.calls if call.item.id not in refused]

    def _call(self, calls: Sequence[Call]) -> None:
        by_adapter: dict[str, list[Call]] = defaultdict(list)
        for call in calls:
            by_adapter[call.kind].append(call)
        self._in_flight += len(calls)
        for kind, group in by_adapter.items():
            background.start(self._send(kind, group))

    async def _send(self, kind: str, calls: Sequence[Call]) -> None:
        """On the background loop: each outcome goes to the dispatcher as soon as it is known."""
        told: set[int] = set()

        def report(index: int, outcome: Outcome) -> None:
            told.add(index)
            call = calls[index]
            self._recorder.put(Report(call.item, outcome, call.sealed_token, call.is_probe))

        try:
            await adapter_of(kind).send_many([call.message for call in calls], report)
        except BaseException as error:
            log.exception("adapter %s failed", kind)
            for index in set(range(len(calls))) - told:
                report(index, Unknown(f"the adapter failed: {type(error).__name__}"))
            raise

    def _recorded(self, count: int) -> None:
        self._inbox.put(count)

    def _hear(self) -> None:
        """Take what the recorder and those who wake us have said."""
        while True:
            try:
                said = self._inbox.get_nowait()
            except queue.Empty:
                return
            self._in_flight -= said or 0
            # A message that was accepted lets the guest's next one go, so this too is a reason to look, if not at once.
            self._look_in(LOOK_EVERY_S if said else 0.0)

    def _wait(self) -> None:
        """Until something is recorded, somebody wakes us, or it is time to look again."""
        timeout = None if self._look_at is None or self.is_full else max(0.0, self._look_at - time.monotonic())
        if self._owed:
            timeout = AFTER_TROUBLE_S
        try:
            said = self._inbox.get(timeout=timeout) if timeout != 0.0 else self._inbox.get_nowait()
        except queue.Empty:
            return
        self._inbox.put(said)  # for _hear; the order means nothing

    def _put_back(self, rows: list[tuple[Item, datetime | None, str]]) -> None:
        try:
            if claiming.put_back(rows):
                self._look_in(0.0)
        except Exception:
            self._owed += rows
            raise

    def _look_in(self, seconds: float) -> None:
        at = time.monotonic() + seconds if seconds else 0.0
        self._look_at = at if self._look_at is None else min(self._look_at, at)


_lock = threading.Lock()
_dispatchers: dict[str, Dispatcher] = {}
_pid = 0


def dispatcher_of(group: Group) -> Dispatcher:
    """This process's dispatcher of a group."""
    global _pid
    with _lock:
        if _pid != os.getpid():
            _dispatchers.clear()  # threads and sockets do not live through a fork
            _pid = os.getpid()
        if group.bell not in _dispatchers:
            _dispatchers[group.bell] = Dispatcher(group)
        return _dispatchers[group.bell]


def run_replies(until: datetime | None = None) -> int:
    """Send answers. With `until` here and now; without, this process's own thread is asked to, from now on."""
    return _run(REPLIES, until)


def run_campaigns(until: datetime | None = None) -> int:
    """Send reminders and campaigns; as run_replies."""
    return _run(CAMPAIGNS, until)


def wake(*lanes: int) -> None:
    """Something of these lanes was committed: send it from here if this process does that, else ring the bell."""
    for group in (REPLIES, CAMPAIGNS):
        if not set(group.lanes).intersection(lanes):
            continue
        dispatcher = dispatcher_of(group)
        if dispatcher.lives_here:
            dispatcher.wake()
        if not dispatcher.lives_here or dispatcher.is_full:
            bell.ring(group.bell)


def stop() -> None:
    """At a worker's end: wait for what is in flight. What never answers keeps its lease and becomes unknown."""
    for dispatcher in list(_dispatchers.values()) if _pid == os.getpid() else []:
        dispatcher.stop()


def _run(group: Group, until: datetime | None) -> int:
    dispatcher = dispatcher_of(group)
    if until is not None:
        return dispatcher.run(until)
    dispatcher.live()
    dispatcher.wake()
    return 0
