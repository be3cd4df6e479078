"""I1: during inbound load with kill -9 of random processes every acknowledged message has exactly one row."""

import itertools
import time

import pytest

from tests.invariants.books import assert_books
from tests.invariants.chaos import Chaos
from tests.invariants.size import SOAK, size
from tests.load import at_rate
from tests.product import Product

pytestmark = pytest.mark.processes

WEBHOOKS, KILLS = size(2_000), 15
PER_S = 400 if SOAK else 110


def test_i01_acknowledged_is_stored_through_kills(product: Product) -> None:
    meta, run = product.meta, f"{time.time_ns():x}"
    requests = (meta.message(f"wamid.{run}.{n}", f"55119{n % 1500:08d}") for n in itertools.count())
    began = time.monotonic()
    with Chaos(product, every_s=2.0 if SOAK else 0.9) as chaos:
        log = at_rate(
            [product.gate_port, product.port],
            requests,
            PER_S,
            insist=True,
            going_on=lambda: chaos.count < KILLS or time.monotonic() - began < 1.1 * WEBHOOKS / PER_S,
        )
    product.until_all_up()
    product.end_leases()
    assert chaos.count >= KILLS and len(log.acked) >= WEBHOOKS, (chaos.kills, len(log.acked), log.statuses)
    print(f"I1: killed {dict(chaos.kills)}; {assert_books(product, acked=log.acked)}")
