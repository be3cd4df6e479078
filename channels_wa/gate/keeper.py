"""Keeps deliveries: many in one commit, on disk while the database is away, and says honestly when it cannot."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import StrEnum
from functools import partial
from typing import Any

import psycopg

from channels_wa.gate import table
from channels_wa.gate.delivery import SealedDelivery
from channels_wa.gate.metrics import GateFigures
from channels_wa.gate.spool import Spool, SpoolFile
from ops.failpoint import failpoint
from ops.ids import uuid7
from ops.sealing import PlatformBox

# A group is closed when either is reached. Larger groups leave PostgreSQL idle while the next one is being read:
# at 200 connections 512 rows gave 14,900 deliveries a second, 96 rows 19,900.
COLLECT_S = 0.003
COLLECT_ROWS = 96
STORE_S = 0.4
# Meta waits longer than this, but a disk that hangs must not hold the queue for ever.
SPOOL_S = 5.0
MAX_GROUP_ROWS = 512
MAX_GROUP_BYTES = 8 << 20
MAX_QUEUED_BYTES = 48 << 20
UNSPOOL_EVERY_S = 0.5
LOOK_FOR_LEFTOVERS_EVERY_S = 30.0
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 2.0

logger = logging.getLogger(__name__)
Connection = psycopg.AsyncConnection[Any]
Waiting = tuple[SealedDelivery, "asyncio.Future[Kept | None]"]


class Kept(StrEnum):
    """Where a delivery is safe."""

    STORED = "stored"
    SPOOLED = "spooled"


class Keeper:
    """Owns the gate's connection and its spool. All of it runs on one event loop; nothing here blocks it."""

    def __init__(
        self,
        *,
        database_url: str,
        box: PlatformBox,
        spool: Spool | None,
        ring: Callable[[], object],
        figures: GateFigures | None = None,
    ) -> None:
        self._url = database_url
        self._box = box
        self._spool = spool
        self._ring = ring
        self._figures = figures or GateFigures()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._queue: list[Waiting] = []
        self._queued_bytes = 0
        self._connection: Connection | None = None
        self._pause_s = SHORTEST_PAUSE_S
        self._tasks: list[asyncio.Task[None]] = []
        self._is_stopping = False

    async def start(self) -> None:
        """Connect and begin to collect. Safe to call again; the first `put` does it where a server has no lifespan."""
        if self._tasks:
            return
        self._arrived, self._full = asyncio.Event(), asyncio.Event()
        # `settled`: the newest try to connect has ended, well or badly, so nobody need wait for it.
        self._lost, self._settled = asyncio.Event(), asyncio.Event()
        self._lost.set()
        jobs = [self._collect(), self._stay_connected()] + ([self._unspool()] if self._spool else [])
        self._tasks = [asyncio.create_task(job) for job in jobs]

    async def stop(self) -> None:
        """Keep what is queued, then let go of everything."""
        if self._is_stopping:
            return
        self._is_stopping = True
        if self._tasks:
            self._arrived.set()
            self._full.set()
            await asyncio.wait(self._tasks[:1], timeout=STORE_S + SPOOL_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._connection:
            await self._connection.close()
        if self._spool:
            await self._on_disk(self._spool.close)
        self._disk.shutdown(wait=False)

    async def put(self, raw: bytes, signature: bytes) -> Kept | None:
        """Keep one delivery; where it is safe now, or None if it could not be kept."""
        if not self._tasks:
            await self.start()
        if self._is_stopping or self._queued_bytes + len(raw) > MAX_QUEUED_BYTES:
            return None
        # The id is fixed before the first try: a commit that we gave up on and the spool then hold the same row.
        identifier = uuid7().bytes
        sealed = self._box.seal(raw, identifier)
        delivery = SealedDelivery(identifier, time.time_ns() // 1000, signature, sealed)
        answer: asyncio.Future[Kept | None] = asyncio.get_running_loop().create_future()
        self._queue.append((delivery, answer))
        self._queued_bytes += delivery.size
        self._arrived.set()
        if len(self._queue) >= COLLECT_ROWS:
            self._full.set()
        return await answer

    def health(self) -> dict[str, str]:
        """Each dependency by name, for /readyz."""
        spool = "off" if self._spool is None else "holds deliveries" if self._spool.holds_something else "ok"
        return {"database": "ok" if self._connection else "down", "spool": spool}

    async def _collect(self) -> None:
        while not self._is_stopping or self._queue:
            await self._arrived.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(COLLECT_S):
                    await self._full.wait()
            group = self._next_group()
            if not group:
                continue
            kept = await self._keep([delivery for delivery, _ in group])
            for delivery, answer in group:
                self._queued_bytes -= delivery.size
                if not answer.done():
                    answer.set_result(kept)

    def _next_group(self) -> list[Waiting]:
        size = rows = 0
        while rows < min(len(self._queue), MAX_GROUP_ROWS) and size < MAX_GROUP_BYTES:
            size += self._queue[rows][0].size
            rows += 1
        group, self._queue = self._queue[:rows], self._queue[rows:]
        if not self._queue:
            self._arrived.clear()
        if len(self._queue) < COLLECT_ROWS:
            self._full.clear()
        return group

    async def _keep(self, group: Sequence[SealedDelivery]) -> Kept | None:
        try:
            if await self._store(group):
                return Kept.STORED
            if self._spool and await self._to_spool(self._spool, group):
                return Kept.SPOOLED
        except Exception:
            # Whatever it was, the guests' messages behind this group still want to be kept.
            logger.exception("a group of deliveries could not be kept")
        return None

    async def _store(self, group: Sequence[SealedDelivery]) -> bool:
        failpoint("gate.before_commit")
        until = time.monotonic() + STORE_S
        # A connection that broke while it was idle is found out only now; with time left, a new one gets the group.
        while (connection := await self._connection_by(until)) is not None:
            try:
                if not await _finishes(table.insert(connection, group), connection, until):
                    self._give_up("late", is_broken=False)
                    return False
            except psycopg.Error as error:
                is_broken = connection.closed
                self._give_up(str(error), is_broken=is_broken)
                await connection.close()
                if not is_broken:
                    return False
            else:
                failpoint("gate.after_commit")
                self._pause_s = SHORTEST_PAUSE_S
                self._figures.commits += 1
                self._ring()
                return True
        return False

    async def _connection_by(self, until: float) -> Connection | None:
        if self._connection is None and not self._settled.is_set():
            try:
                async with asyncio.timeout(until - time.monotonic()):
                    await self._settled.wait()
            except TimeoutError:
                self._settled.set()  # the groups behind this one need not wait for it too
        return self._connection

    def _give_up(self, why: str, *, is_broken: bool) -> None:
        """Never reuse a connection on which something went wrong: its statement may still be running."""
        logger.warning("the gate gave up a database connection", extra={"why": why})
        self._connection = None
        self._lost.set()
        # Only a broken line is worth waiting for; while the database is late, the spool is faster.
        if is_broken:
            self._settled.clear()

    async def _stay_connected(self) -> None:
        while True:
            await self._lost.wait()
            if self._settled.is_set():
                await asyncio.sleep(self._pause_s)
                self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
            try:
                self._connection = await table.connect(self._url, statement_timeout_ms=int(STORE_S * 1000))
                self._lost.clear()
            except (psycopg.Error, OSError) as error:
                logger.warning("the gate cannot reach the database", extra={"why": str(error)})
            self._settled.set()

    async def _to_spool(self, spool: Spool, group: Sequence[SealedDelivery]) -> bool:
        try:
            async with asyncio.timeout(SPOOL_S):
                await self._on_disk(spool.append, group)
        except (OSError, TimeoutError) as error:
            logger.error("the spool refused deliveries", extra={"why": str(error)})
            return False
        failpoint("gate.after_spool")
        return True

    async def _unspool(self) -> None:
        """Move what is on disk into the table whenever there is a database to take it."""
        looked_at = -LOOK_FOR_LEFTOVERS_EVERY_S
        while True:
            is_time = time.monotonic() - looked_at > LOOK_FOR_LEFTOVERS_EVERY_S
            if self._connection and self._spool and (self._spool.holds_something or is_time):
                looked_at = time.monotonic()
                try:
                    await self._empty(self._spool)
                except (psycopg.Error, OSError) as error:
                    self._spool.holds_something = True
                    logger.warning("the spool could not be emptied yet", extra={"why": str(error)})
            await asyncio.sleep(UNSPOOL_EVERY_S)

    async def _empty(self, spool: Spool) -> None:
        files = await self._on_disk(spool.take)
        if not files:
            return
        # A connection of its own: these groups must not stand in the way of those that are waited for.
        connection = await table.connect(self._url, statement_timeout_ms=30_000)
        try:
            for file in files:
                await self._empty_file(spool, file, connection)
        finally:
            await connection.close()

    async def _empty_file(self, spool: Spool, file: SpoolFile, connection: Connection) -> None:
        left = file.deliveries()
        while group := await self._on_disk(partial(_some, left)):
            await table.insert(connection, group)
            self._figures.unspooled += len(group)
            self._ring()
        await self._on_disk(spool.done, file)
        logger.info("spool file moved into the table", extra={"path": str(file.path)})

    async def _on_disk(self, job: Callable[..., Any], *args: object) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._disk, job, *args)


def _some(deliveries: Any) -> list[SealedDelivery]:
    """The next few of an iterator, at most a group."""
    group: list[SealedDelivery] = []
    size = 0
    for delivery in deliveries:
        group.append(delivery)
        size += delivery.size
        if len(group) >= MAX_GROUP_ROWS or size >= MAX_GROUP_BYTES:
            break
    return group


async def _finishes(job: Any, connection: Connection, until: float) -> bool:
    """Whether the statement ended in time. If not it is left behind: cancelling may take as long as the statement."""
    task = asyncio.ensure_future(job)
    done, _ = await asyncio.wait([task], timeout=max(0.0, until - time.monotonic()))
    if done:
        task.result()
        return True
    task.add_done_callback(lambda late: late.cancelled() or late.exception())
    _left_behind.add(asyncio.ensure_future(_dispose(task, connection)))
    return False


_left_behind: set["asyncio.Task[None] | None"] = set()


async def _dispose(task: "asyncio.Future[None]", connection: Connection) -> None:
    task.cancel()
    await asyncio.wait([task])
    await connection.close()
    _left_behind.discard(asyncio.current_task())
