"""Work that many sockets of one process want done at the same moment, done once for all of them."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Answers by what was asked; forgotten after `fresh_s`, and at once where the work failed."""

    def __init__(self, fresh_s: float) -> None:
        self.fresh_s = fresh_s
        self._asked: OrderedDict[Hashable, tuple[float, asyncio.Task[T]]] = OrderedDict()

    async def get(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """The answer; whoever asks first does the work, the others wait for it."""
        self._forget()
        # A task belongs to its loop.
        key = (id(asyncio.get_running_loop()), key)
        known = self._asked.get(key)
        if known is None:
            task = asyncio.ensure_future(self._done(work))
            self._asked[key] = (time.monotonic() + self.fresh_s, task)
        else:
            task = known[1]
        try:
            # One that leaves must not take the work from the others.
            return await asyncio.shield(task)
        except Exception:
            self._asked.pop(key, None)
            raise

    @staticmethod
    async def _done(work: Callable[[], Awaitable[T]]) -> T:
        return await work()

    def _forget(self) -> None:
        now = time.monotonic()
        while self._asked and next(iter(self._asked.values()))[0] < now:
            self._asked.popitem(last=False)
