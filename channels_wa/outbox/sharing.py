"""Dividing what may leave now between numbers: fair between salons, and no more of a number than its bucket holds."""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from channels_wa.outbox.claiming import ReadyNumber
from channels_wa.outbox.limiter import Ask, Taken, capacity_of

_FORGET_AFTER_S = 5.0
# Well under the time in which a bucket fills, or tokens would be lost.
REST_S = 0.02


@dataclass(slots=True)
class _Seen:
    tokens: float
    at: float
    rate: float


class Shares:
    """Remembers what the buckets held, so that rows that could not leave are not claimed to be put back."""

    def __init__(self) -> None:
        self._numbers: dict[str, _Seen] = {}
        self._salons: dict[int, _Seen] = {}
        self._turn = 0

    def note(self, asks: Sequence[Ask], taken: Taken) -> None:
        """What the buckets said."""
        now = time.monotonic()
        for ask in asks:
            self._numbers[ask.phone_number_id] = _Seen(taken.number_left[ask.phone_number_id], now, ask.number_rate)
            if ask.salon_rate is not None:
                self._salons[ask.salon_id] = _Seen(taken.salon_left[ask.salon_id], now, ask.salon_rate)

    def divide(
        self, numbers: Sequence[ReadyNumber], room: int, leave: dict[int, float]
    ) -> tuple[list[tuple[ReadyNumber, int]], float | None]:
        """How many of each number to claim, `room` together; and in how many seconds a resting number may go on."""
        shares: dict[ReadyNumber, int] = {}
        given: dict[int, int] = defaultdict(int)
        rests: list[float] = []
        for lane in sorted({number.lane for number in numbers}):
            limits: dict[ReadyNumber, int] = {}
            for number in (one for one in numbers if one.lane == lane):
                most, rest = self._most(number, leave[lane])
                if most > given[number.id]:
                    limits[number] = most - given[number.id]
                elif not most:
                    rests.append(rest)
            for number, share in self._round_robin(limits, room).items():
                shares[number] = share
                given[number.id] += share
                room -= share
        return list(shares.items()), min(rests, default=None)

    def _round_robin(self, limits: dict[ReadyNumber, int], room: int) -> dict[ReadyNumber, int]:
        """Give each number as much as the others, as far as it has use for it."""
        # Another number is first each time, so that with little room nobody is always the one left out.
        self._turn += 1
        numbers = list(limits)
        start = self._turn % len(numbers) if numbers else 0
        order = numbers[start:] + numbers[:start]
        shares = dict.fromkeys(order, 0)
        while order and room > 0:
            each = max(1, room // len(order))
            for number in list(order):
                more = min(each, limits[number] - shares[number], room)
                shares[number] += more
                room -= more
                if shares[number] >= limits[number]:
                    order.remove(number)
        return {number: share for number, share in shares.items() if share}

    def _most(self, number: ReadyNumber, leave: float) -> tuple[int, float]:
        most, rest = self._by_buckets(number, leave)
        return (min(most, 1) if number.is_half_open else most), rest

    def _by_buckets(self, number: ReadyNumber, leave: float) -> tuple[int, float]:
        capacity = capacity_of(number.throughput_mps)
        stays = max(0.0, min(leave * capacity, capacity - 1))
        tokens = _now(self._numbers.get(number.phone_number_id), capacity) - stays
        rate: float = number.throughput_mps
        salon = self._salons.get(number.salon_id)
        if salon is not None and (of_salon := _now(salon, capacity_of(salon.rate))) < tokens:
            tokens, rate = of_salon, salon.rate
        if tokens >= 1:
            return int(tokens), 0.0
        # Somewhat longer than to the next token: whoever has none left has a backlog, and a claim for each costs more.
        return 0, max(REST_S, (1 - tokens) / max(rate, 0.001))


def _now(seen: _Seen | None, capacity: float) -> float:
    now = time.monotonic()
    if seen is None or now - seen.at > _FORGET_AFTER_S:
        return capacity
    return min(capacity, seen.tokens + (now - seen.at) * seen.rate)
