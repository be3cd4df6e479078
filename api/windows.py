"""Counting requests in sliding windows: in Valkey for all processes together, and in this one beside it.

What this process let through is kept here too: without Valkey it goes on by that with a part of each limit, and a
Valkey that forgot everything does not give a caller a second minute's worth.
"""

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any, Final, NamedTuple

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.env import env

log = logging.getLogger(__name__)
WINDOW_S: Final = 60
SLICE_S: Final = 1
# How many web processes may share a limit while nobody counts for all of them.
PROCESSES: Final = 4
# After a failed call Valkey is left alone for so long: nobody waits for it request by request.
REST_S: Final = 2.0
_BUSY_S: Final = 0.25
_MOST_WINDOWS: Final = 20_000
_SCRIPT: Final = Path(__file__).with_name("rates.lua").read_text()


class Limit(NamedTuple):
    """A window, and how many requests it takes."""

    key: str
    most: int


class Room(NamedTuple):
    """One window after a request: the limit, how many are left, and seconds until one fits and until it is whole."""

    most: int
    left: int
    wait_s: float
    whole_s: float


class Counted(NamedTuple):
    """Whether the request may go on, and how each window stands."""

    taken: bool
    rooms: tuple[Room, ...]

    @property
    def tightest(self) -> Room:
        """The window that will be full first."""
        return min(self.rooms, key=lambda room: (room.left, -room.wait_s))


@dataclass(slots=True)
class Window:
    """What came lately, in slices: [when the first of it, when the last, how many]."""

    slices: deque[list[float]] = field(default_factory=deque)

    def room(self, most: int, now: float) -> Room:
        """How it stands, without a request."""
        while self.slices and self.slices[0][1] + WINDOW_S <= now:
            self.slices.popleft()
        used = int(sum(one[2] for one in self.slices))
        whole_s = self.slices[-1][1] + WINDOW_S - now if self.slices else 0.0
        over, wait_s = used + 1 - most, 0.0
        if over > 0:
            wait_s = float(WINDOW_S)
            for _first, last, count in self.slices:
                over -= int(count)
                if over <= 0:
                    wait_s = last + WINDOW_S - now
                    break
        return Room(most, max(0, most - used), wait_s, whole_s)

    def add(self, now: float) -> None:
        """One request."""
        if self.slices and now < self.slices[-1][0] + SLICE_S:
            self.slices[-1][1], self.slices[-1][2] = now, self.slices[-1][2] + 1
        else:
            self.slices.append([now, now, 1])


class Here:
    """The windows of this process."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: OrderedDict[str, Window] = OrderedDict()

    def look(self, limits: Sequence[Limit]) -> Counted:
        """Whether a request fits in all of them; it is not counted."""
        with self._lock:
            return self._look(limits)

    def take(self, limits: Sequence[Limit]) -> Counted:
        """The same, and it is counted if it does."""
        with self._lock:
            before = self._look(limits)
            if not before.taken:
                return before
            self._add(limits)
            return Counted(True, tuple(Room(one.most, one.left - 1, 0.0, WINDOW_S) for one in before.rooms))

    def note(self, limits: Sequence[Limit]) -> None:
        """Count what was let through elsewhere."""
        with self._lock:
            self._add(limits)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._windows.clear()

    def _look(self, limits: Sequence[Limit]) -> Counted:
        now = self._clock()
        rooms = tuple(self._windows.get(one.key, Window()).room(one.most, now) for one in limits)
        return Counted(all(room.left > 0 for room in rooms), rooms)

    def _add(self, limits: Sequence[Limit]) -> None:
        now = self._clock()
        for one in limits:
            self._windows.setdefault(one.key, Window()).add(now)
            self._windows.move_to_end(one.key)
        while len(self._windows) > _MOST_WINDOWS:
            self._windows.popitem(last=False)


here = Here()
_resting_until = 0.0


def count(limits: Sequence[Limit]) -> Counted:
    """Count one request in all of these windows, or in none where one is full."""
    global _resting_until
    known = here.look(limits)
    if not known.taken:
        return known
    if monotonic() >= _resting_until:
        try:
            counted = _ask(limits)
        except redis.RedisError as error:
            _resting_until = monotonic() + REST_S
            log.warning("API requests are counted by this process alone: %s", error)
        else:
            if counted.taken:
                here.note(limits)
            return counted
    return here.take([Limit(one.key, max(1, one.most // PROCESSES) if one.most else 0) for one in limits])


def wake() -> None:
    """Ask Valkey at once again; for tests."""
    global _resting_until
    _resting_until = 0.0
    _script.cache_clear()


def _ask(limits: Sequence[Limit]) -> Counted:
    found = _script()(
        keys=[one.key for one in limits], args=[WINDOW_S * 1000, SLICE_S * 1000, *(one.most for one in limits)]
    )
    taken, rest = bool(found[0]), found[1:]
    rooms = tuple(
        Room(one.most, rest[3 * n], rest[3 * n + 1] / 1000, rest[3 * n + 2] / 1000) for n, one in enumerate(limits)
    )
    return Counted(taken, rooms)


@cache
def _script() -> Any:
    client = redis.Redis.from_url(
        env.redis_url,
        socket_timeout=_BUSY_S,
        socket_connect_timeout=_BUSY_S,
        # The client's own retries would hold every request for seconds while Valkey is away.
        retry=Retry(NoBackoff(), 0),
    )
    return client.register_script(_SCRIPT)
