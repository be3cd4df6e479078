"""Tells the product what happened, until it answers 200.

Changes of one guest keep their order: each guest belongs to one lane, and a lane posts one delivery at a time. When the
product is down the lane waits with it; when the product refuses one delivery (4xx), that one is put aside and tried
later alone, so that it does not hold up the rest.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import aiohttp

from sandbox import log
from sandbox.agenda import Agenda
from sandbox.clock import Clock
from sandbox.settings import Settings
from sandbox.webhooks.envelope import Change, envelope, signature, together

LANES = 8
KEPT_S = 7 * 24 * 3600.0  # Meta gives up after seven days
TRY_AGAIN_MAX_S = 8.0  # much shorter than Meta's, so that a restarted product hears within seconds; a setting
LOOK_EVERY_S = 0.2
BODY_MAX = 3 * 1024 * 1024
ANSWER_WITHIN_S = 20.0
WAITING_MAX = 500_000


@dataclass(slots=True)
class Lane:
    """Changes that wait for one connection."""

    waiting: deque[Change] = field(default_factory=deque)
    bell: asyncio.Event = field(default_factory=asyncio.Event)


class Sender:
    """Posts signed deliveries. Needs a running loop: `start`, later `stop`."""

    def __init__(self, settings: Settings, clock: Clock, agenda: Agenda) -> None:
        self.batch_max = settings.batch_max
        self.batch_wait_s = 0.0  # how long a delivery waits for more changes
        self.retry_max_s = TRY_AGAIN_MAX_S
        self._agenda = agenda
        self.overrides: dict[str, str] = {}  # WABA id -> callback address of its own
        self.silent: set[str] = set()  # accounts to which no app is subscribed
        self._settings, self._clock = settings, clock
        self._lanes = [Lane() for _ in range(LANES)]
        self._tasks: list[asyncio.Task[None]] = []
        self._session: aiohttp.ClientSession | None = None
        self.epoch = 0  # raised by `forget`: what was begun before it ends

    async def start(self) -> None:
        """Open the connections."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)
        self._session = aiohttp.ClientSession(timeout=timeout, auto_decompress=False)
        self._tasks = [asyncio.create_task(self._run(lane)) for lane in self._lanes]

    async def stop(self) -> None:
        """Close them; what still waits is dropped."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    @property
    def backlog(self) -> int:
        """How many changes wait."""
        return sum(len(lane.waiting) for lane in self._lanes)

    def put(self, change: Change) -> None:
        """Tell the product soon. Without a webhook address nothing is told."""
        if not self._address(change):
            return
        lane = self._lanes[hash(change.order_key) % LANES]
        if len(lane.waiting) >= WAITING_MAX // LANES:
            log.error("webhooks.dropped", why="too many wait")
            return
        lane.waiting.append(change)
        lane.bell.set()

    def put_together(self, changes: Sequence[Change]) -> None:
        """Tell several changes in one delivery."""
        self.put(together(changes))

    def _pause(self, tries: int) -> float:
        """Seconds before the next try: at once, then 1, 2, 4, … up to `retry_max_s`."""
        return 0.0 if tries <= 1 else min(2.0 ** min(tries - 2, 30), self.retry_max_s)

    async def _rest(self, since: float, seconds: float, epoch: int) -> None:
        """Wait until so many seconds have passed here `since` a moment; a moved clock is noticed."""
        until = since + seconds
        # A clock that somebody moves rings no bell, so it is looked at.
        while epoch == self.epoch and 0 < (left := until - self._clock.now()) <= seconds:  # noqa: ASYNC110
            await asyncio.sleep(min(left, LOOK_EVERY_S))

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("start() was not called")
        return self._session

    def forget(self) -> None:
        """Drop what waits; a delivery in progress is not tried again."""
        self.epoch += 1
        for lane in self._lanes:
            lane.waiting.clear()

    def _address(self, change: Change) -> str:
        if change.waba_id in self.silent:
            return ""
        return self.overrides.get(change.waba_id) or self._settings.webhook_url

    async def _run(self, lane: Lane) -> None:
        while True:
            while not lane.waiting:
                lane.bell.clear()
                await lane.bell.wait()
            if self.batch_wait_s and len(lane.waiting) < self.batch_max:
                await asyncio.sleep(self.batch_wait_s)
                if not lane.waiting:  # forgotten meanwhile
                    continue
            batch = self._take(lane)
            try:
                await self._tell(lane, batch)
            except Exception as problem:  # a lane must outlive whatever one delivery does to it
                log.error("webhooks.lane", why=repr(problem))

    def _take(self, lane: Lane) -> list[Change]:
        """One change when few wait, more as the queue grows: as Meta does."""
        waiting = lane.waiting
        size = self.batch_max if self.batch_wait_s else min(self.batch_max, 1 + len(waiting) // 4)
        batch = [waiting.popleft()]
        address, room = self._address(batch[0]), BODY_MAX - len(batch[0].value)
        while len(batch) < size and waiting and not batch[0].tries and not batch[0].whole:
            following = waiting[0]
            room -= len(following.value) + 100
            if following.tries or following.whole or room < 0 or self._address(following) != address:
                break
            batch.append(waiting.popleft())
        return batch

    async def _tell(self, lane: Lane, batch: list[Change]) -> None:
        epoch, tries = self.epoch, 0
        body = batch[0].whole or envelope(batch)
        while epoch == self.epoch and self._clock.now() - batch[-1].born < KEPT_S:
            address = self._address(batch[0])
            if not address:  # unsubscribed meanwhile: Meta forgets it, too
                return
            # Counted from here: a clock moved on between an answer and its reading must not put the next try off.
            begun = self._clock.now()
            status = await self._post(address, body)
            if status == 200:
                for change in batch:
                    if change.told is not None:
                        change.told()
                return
            if 400 <= status < 500 and status not in (408, 429):
                self._put_aside(lane, batch)
                return
            tries += 1
            await self._rest(begun, self._pause(tries), epoch)
        log.error("webhooks.given_up", changes=len(batch))

    def _put_aside(self, lane: Lane, batch: list[Change]) -> None:
        for change in batch:
            change.tries += 1
            self._agenda.after(self._pause(change.tries), partial(self._back_again, lane, change, self.epoch))

    def _back_again(self, lane: Lane, change: Change, epoch: int) -> None:
        if epoch == self.epoch and self._clock.now() - change.born < KEPT_S:
            lane.waiting.append(change)
            lane.bell.set()

    async def _post(self, address: str, body: bytes) -> int:
        """The product's HTTP status; 0 when there was none."""
        signed = signature(self._settings.app_secret, body)
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signed}
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self._connected().post(address, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                return answer.status
        return 0

    async def verify(self, address: str, token: str, challenge: str) -> int:
        """Meta's GET challenge; the product's status, or 0 when it did not echo the challenge."""
        query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": challenge}
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError, ValueError):
            async with self._connected().get(address, params=query, allow_redirects=False) as answer:
                echoed = (await answer.text()).strip() == challenge
                return answer.status if echoed or answer.status != 200 else 0
        return 0
