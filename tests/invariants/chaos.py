"""Kills random processes while something goes on."""

import random
import threading
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from tests.product import Product

EVERYBODY = ("gate", "web", "worker", "worker child", "worker child", "beat", "valkey", "postgres")


class Chaos:
    """kill -9 of a random process every so often, in a thread: `with Chaos(product, every_s=1) as chaos:`."""

    def __init__(self, product: Product, *, every_s: float, kinds: Sequence[str] = EVERYBODY, seed: int = 1) -> None:
        self.kills: Counter[str] = Counter()
        self._product, self._every_s, self._kinds = product, every_s, kinds
        self._random = random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="chaos", daemon=True)

    @property
    def count(self) -> int:
        """How many were killed."""
        return self.kills.total()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stop.set()
        self._thread.join(30)

    def _go_on(self) -> None:
        # Every kind once before chance decides, so that a short run kills each of them.
        queue = self._random.sample(self._kinds, len(self._kinds))
        while not self._stop.wait(self._every_s):
            kind = queue.pop() if queue else self._random.choice(self._kinds)
            if self._product.kill(kind, self._random.randrange(100)):
                self.kills[kind] += 1
