"""I16 through the gate: statuses in any order, twice over, end in the same shown state."""

import itertools
import random

import pytest

from tests.invariants.guests import deliver, sent_to, strangers, talk_of, write
from tests.product import Product, until

pytestmark = pytest.mark.processes

STATUSES = ("sent", "delivered", "read", "failed")


def test_i16_all_orders_with_repetitions_end_read(product: Product) -> None:
    orders = list(itertools.permutations(STATUSES))
    guests, chance = strangers(len(orders)), random.Random(16)
    write(product, guests)
    until(lambda: all(sent_to(product, guest) for guest in guests), 30, "all are answered")
    product.until_at_rest()
    requests = []
    for guest, order in zip(guests, orders, strict=True):
        (row,) = sent_to(product, guest)
        told = [*order, *chance.choices(order, k=3)]
        requests.append([product.meta.status(row["wamid"], status, guest) for status in told])
    for wave in itertools.zip_longest(*requests):
        deliver(product, [request for request in wave if request])
    product.until_at_rest()
    assert {talk_of(product, guest).messages[-1][3] for guest in guests} == {"read"}
