"""What is to happen later on the sandbox's clock: reviews end, pauses are over, refused deliveries come again."""

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import Callable

from sandbox import log
from sandbox.clock import Clock

LOOK_EVERY_S = 0.1
ENTRIES_MAX = 1_000_000


class Agenda:
    """Calls functions when their instant has come; a moved clock is noticed within a tenth of a second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._task: asyncio.Task[None] | None = None

    def at(self, when: float, what: Callable[[], None]) -> None:
        """Call `what` at `when`, or soon after."""
        if len(self._entries) < ENTRIES_MAX:
            heapq.heappush(self._entries, (when, next(self._count), what))

    def after(self, seconds: float, what: Callable[[], None]) -> None:
        """Call `what` when so many seconds have passed here."""
        self.at(self._clock.now() + seconds, what)

    def look(self) -> None:
        """Do what is due."""
        while self._entries and self._entries[0][0] <= self._clock.now():
            what = heapq.heappop(self._entries)[2]
            try:
                what()
            except Exception as problem:  # one that fails must not stop the rest
                log.error("agenda.failed", why=repr(problem))

    async def start(self) -> None:
        """Look from now on."""
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
