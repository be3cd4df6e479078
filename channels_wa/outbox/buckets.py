"""Token buckets in this process's memory, by the rule of lua/take.lua."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_MOST_KEPT = 100_000
_ENOUGH = 1e-6


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket's shape: tokens per second, how many it holds, what a missing one starts with."""

    rate: float
    capacity: float
    start: float
    keep_s: int
    # Whether several processes draw from it at once; a guest's messages go one after the other anyway.
    shared: bool = True


class LocalBuckets:
    """What one process allows itself while the shared buckets are away: `share` of each shared rate."""

    def __init__(self, share: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._share, self._clock = share, clock
        self._kept: dict[str, tuple[float, float]] = {}

    def take(self, buckets: Mapping[str, Bucket], asks: Sequence[Sequence[float]]) -> tuple[list[float], list[float]]:
        """Seconds to wait for each message (0: taken), and what is left in each bucket.

        An ask is what must stay in its first bucket, then the buckets' places, from 1.
        """
        now = self._clock()
        shapes = [self._own(bucket) for bucket in buckets.values()]
        tokens = [self._tokens(key, shape, now) for key, shape in zip(buckets, shapes, strict=True)]
        waits = [_take_one(ask, tokens, shapes) for ask in asks]
        if len(self._kept) > _MOST_KEPT:
            self._kept.clear()  # a missing bucket starts empty, so forgetting is safe
        self._kept.update((key, (held, now)) for key, held in zip(buckets, tokens, strict=True))
        return waits, tokens

    def forget(self) -> None:
        """Start anew, as when the shared buckets went away just now."""
        self._kept.clear()

    def _own(self, bucket: Bucket) -> Bucket:
        if not bucket.shared:
            return bucket
        return Bucket(bucket.rate * self._share, max(1.0, bucket.capacity * self._share), bucket.start, bucket.keep_s)

    def _tokens(self, key: str, shape: Bucket, now: float) -> float:
        held, at = self._kept.get(key, (shape.start, now))
        return min(shape.capacity, held + (now - at) * shape.rate)


def _take_one(ask: Sequence[float], tokens: list[float], shapes: Sequence[Bucket]) -> float:
    places = [int(place) - 1 for place in ask[1:]]
    # What must stay for others was a share of the full bucket; never so much that this one could not go at all.
    leave = min(ask[0], shapes[places[0]].capacity - 1)
    wait = 0.0
    for n, place in enumerate(places):
        needed = 1 + (leave if n == 0 else 0)
        if tokens[place] < needed - _ENOUGH:
            wait = max(wait, (needed - tokens[place]) / shapes[place].rate)
    if not wait:
        for place in places:
            tokens[place] -= 1
    return wait
