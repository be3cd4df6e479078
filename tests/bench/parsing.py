"""Reading deliveries into items and items into typed values, one core."""

import json
import time
from collections.abc import Callable, Sequence

from channels_wa.inbound.parse import (
    Unreadable,
    parse_echo,
    parse_history,
    parse_message,
    parse_phonebook,
    parse_status,
)
from channels_wa.inbound.reading import read
from tests.bench.house import House
from tests.bench.result import Result
from tests.inbound.examples import NAMES, raw_of

SECONDS = 2.0
ELSEWHERE = {"echo": parse_echo, "history": parse_history, "phonebook": parse_phonebook}


def items_per_s(house: House) -> Result:
    """All kinds of tests/deliveries/ in turn; beside `json.loads` of the same bodies."""
    bodies = [raw_of(name) for name in NAMES]
    items = sum(len(read(body).items) for body in bodies)
    ours, runs = _rate(lambda: _parse_all(bodies))
    bare, _ = _rate(lambda: [json.loads(body) for body in bodies])
    said = f"json.loads of the same bodies: {bare * items:.0f}/s"
    return Result("parse_items_per_s", ours * items, "1/s", said, ours / bare, runs)


def _parse_all(bodies: Sequence[bytes]) -> None:
    for item in (item for body in bodies for item in read(body).items):
        try:
            if item.kind == "message":
                parse_message(item)
            elif item.kind == "status":
                parse_status(item)
            elif item.kind in ELSEWHERE:
                ELSEWHERE[item.kind](item)
        except Unreadable:
            continue


def _rate(work: Callable[[], object]) -> tuple[float, int]:
    work()
    runs, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        work()
        runs += 1
    return runs / (time.perf_counter() - began), runs
