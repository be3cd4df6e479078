"""How fast messages may leave: token buckets in Valkey, taken for a whole batch in one round trip.

Valkey is a counter that may be lost at any time. A missing bucket starts empty: full, a flush would let every number
burst past Meta's limit at once. The pair bucket starts with what the message table says is left of it. While Valkey is
away each process counts for itself, at a quarter of the rate.
"""

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from channels_wa.outbox.buckets import Bucket, LocalBuckets
from config.env import env

log = logging.getLogger(__name__)

_SCRIPT = (Path(__file__).parent / "lua" / "take.lua").read_text()
# A send waits no longer than this for Valkey, and then counts by itself for a while.
BUSY_S = 0.25
AWAY_S = 2.0
_KEEP_S = 24 * 3600

# Meta: one message in six seconds for each guest, up to 45 at once borrowed from later (WHATSAPP.md §4). One less here.
PAIR_EVERY_S = 6.0
PAIR_BURST = 44
# Of the rate: at most 10 % may be held back for a burst (I17); a little less, because calls do not arrive evenly.
_BURST_SHARE = 0.08
LOCAL_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Ask:
    """One message that wants to leave now."""

    phone_number_id: str
    number_rate: float
    pair: str
    sent_to_pair: int
    """How many went to this guest within PAIR_BURST * PAIR_EVERY_S, by the message table."""
    salon_id: int
    salon_rate: float | None
    leave: float = 0.0
    """Share of the number's bucket that must stay for messages that go first."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What the buckets said."""

    waits_s: list[float]
    """For each message how long it must wait; 0: it may go."""
    number_left: dict[str, float]
    salon_left: dict[int, float]


def capacity_of(rate: float) -> float:
    """How many tokens a bucket of this rate holds."""
    return max(1.0, rate * _BURST_SHARE)


def quick_client(url: str = "") -> "redis.Redis":
    """A client that gives up after BUSY_S and tries nothing twice: a send must not wait for Valkey."""
    return redis.Redis.from_url(
        url or env.redis_url, socket_timeout=BUSY_S, socket_connect_timeout=BUSY_S, retry=Retry(NoBackoff(), 0)
    )


class Limiter:
    """The buckets of one process: Valkey's, and its own for when that is away."""

    def __init__(self, client: "redis.Redis | None" = None) -> None:
        self._client = client or quick_client()
        self._script = self._client.register_script(_SCRIPT)
        self._local = LocalBuckets(LOCAL_SHARE)
        self._away_until = 0.0

    def take(self, asks: Sequence[Ask]) -> Taken:
        """Take tokens for as many of the messages as have some in every bucket they need; never raises."""
        plan = _Plan(asks)
        waits, left = self._shared(plan) or self._local.take(plan.buckets, plan.asks)
        remaining = dict(zip(plan.buckets, left, strict=True))
        return Taken(
            waits,
            {ask.phone_number_id: remaining[_number_key(ask)] for ask in asks},
            {ask.salon_id: remaining[_salon_key(ask)] for ask in asks if ask.salon_rate is not None},
        )

    def _shared(self, plan: "_Plan") -> tuple[list[float], list[float]] | None:
        if time.monotonic() < self._away_until:
            return None
        try:
            answer: Any = self._script(keys=list(plan.buckets), args=[plan.as_json()])
        except redis.RedisError as error:
            log.warning("Valkey is away, sending at a quarter of the rate: %s", error)
            if time.monotonic() - self._away_until > AWAY_S:
                # What these buckets held is from another time of being away.
                self._local.forget()
            self._away_until = time.monotonic() + AWAY_S
            return None
        return [wait / 1000 for wait in answer[0]], [left / 1000 for left in answer[1]]


class _Plan:
    """The buckets that a batch needs, each once, and which of them each message needs."""

    def __init__(self, asks: Sequence[Ask]) -> None:
        self.buckets: dict[str, Bucket] = {}
        self.asks: list[list[float]] = []
        places: dict[str, int] = {}
        for ask in asks:
            names = []
            for key, bucket in _buckets(ask):
                if key not in places:
                    self.buckets[key] = bucket
                    places[key] = len(self.buckets)
                names.append(places[key])
            # What must stay never makes a bucket unusable: a slow number's holds little more than one token.
            leave = min(ask.leave * capacity_of(ask.number_rate), capacity_of(ask.number_rate) - 1)
            self.asks.append([round(leave, 3), *names])

    def as_json(self) -> str:
        buckets = [[one.rate, one.capacity, one.start, one.keep_s] for one in self.buckets.values()]
        return json.dumps({"buckets": buckets, "asks": self.asks})


def _buckets(ask: Ask) -> list[tuple[str, Bucket]]:
    # Keyed by Meta's id: our own primary keys repeat from salon to salon.
    found = [
        (_number_key(ask), Bucket(ask.number_rate, capacity_of(ask.number_rate), 0.0, _KEEP_S)),
        (
            f"bucket:pair:{ask.pair}",
            Bucket(
                1 / PAIR_EVERY_S,
                PAIR_BURST,
                float(max(0, PAIR_BURST - ask.sent_to_pair)),
                int(PAIR_BURST * PAIR_EVERY_S) + 60,
                shared=False,
            ),
        ),
    ]
    if ask.salon_rate is not None:
        found.append((_salon_key(ask), Bucket(ask.salon_rate, capacity_of(ask.salon_rate), 0.0, _KEEP_S)))
    return found


def _number_key(ask: Ask) -> str:
    return f"bucket:number:{ask.phone_number_id}"


def _salon_key(ask: Ask) -> str:
    return f"bucket:salon:{ask.salon_id}"
