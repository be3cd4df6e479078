"""I6, the counts (the times are held by `make bench`): at load everything is acknowledged and no backlog stays."""

import time

import pytest

from tests.load import at_rate
from tests.product import Product

pytestmark = pytest.mark.processes

PER_S, SECONDS = 300, 3


def test_i06_all_is_acknowledged_and_the_backlog_ends(product: Product) -> None:
    meta, run = product.meta, f"{time.time_ns():x}"
    requests = [meta.message(f"wamid.{run}.{n}", f"5541{n:09d}") for n in range(PER_S * SECONDS)]
    log = at_rate([product.gate_port], requests, PER_S)
    assert dict(log.statuses) == {200: PER_S * SECONDS}
    product.until_at_rest(60)


def test_i15_in_peace_each_reply_leaves_once(product: Product) -> None:
    product.until_at_rest()
    guests = product.rows("SELECT value FROM identity WHERE kind = 'phone' AND value LIKE '+5541%%'")
    sent: dict[str, int] = {}
    for row in product.ledger():
        guest = row["body"]["to"].lstrip("+")
        sent[guest] = sent.get(guest, 0) + 1
    assert len(guests) == PER_S * SECONDS
    assert {sent.get(guest.lstrip("+")) for (guest,) in guests} == {1}
