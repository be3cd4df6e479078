"""The flow runtime of one worker: inputs of the demo flow, steps and answers written."""

import time
from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings
from django.db import transaction

from channels_wa.inbound.steps import Incoming, steps
from flows.runtime.inbound import resume_or_start
from ops.salon import run_in_salon
from tests.bench.drain import drained, greet
from tests.bench.house import House
from tests.bench.result import Result

GUESTS = 3_000
AT_ONCE = 64
SAID = ("oi", "Preços")
_collected: list[Incoming] = []


def steps_per_s(house: House) -> Result:
    """Nodes visited."""
    visited, _, took = _measured(house)
    return Result("flow_steps_per_s", visited / took, "1/s", n=visited)


def inputs_per_s(house: House) -> Result:
    """Messages of guests that a flow took."""
    _, taken, took = _measured(house)
    return Result("flow_inputs_per_s", taken / took, "1/s", n=taken)


def collect(batch: Sequence[Incoming]) -> list[bool]:
    """An answer step that only notes what is to be answered."""
    _collected.extend(batch)
    return [True] * len(batch)


@lru_cache(maxsize=1)
def _measured(house: House) -> tuple[int, int, float]:
    """Steps, inputs, and the seconds for both: every guest starts the welcome flow and chooses once."""
    took = 0.0
    inputs = 0
    for said in SAID:
        batch = _kept(house, said)
        took += _run(house, batch)
        inputs += len(batch)
    return int(house.one("SELECT count(*) FROM flow_step")), inputs, took


def _kept(house: House, said: str) -> list[Incoming]:
    """Messages that are kept and not answered yet."""
    _collected.clear()
    before = settings.INBOUND_STEPS
    settings.INBOUND_STEPS = {**before, "answer": [f"{__name__}.collect"]}
    steps.cache_clear()
    try:
        greet(house, GUESTS, said)
        drained(house)
    finally:
        settings.INBOUND_STEPS = before
        steps.cache_clear()
    return list(_collected)


def _run(house: House, batch: Sequence[Incoming]) -> float:
    began = time.perf_counter()
    for start in range(0, len(batch), AT_ONCE):
        some = batch[start : start + AT_ONCE]
        if not all(run_in_salon(house.salon_id, lambda some=some: _answer(some))):  # type: ignore[misc]
            raise RuntimeError("a message was not taken by the flow")
    return time.perf_counter() - began


@transaction.atomic
def _answer(some: Sequence[Incoming]) -> list[bool | str]:
    return resume_or_start(some)
