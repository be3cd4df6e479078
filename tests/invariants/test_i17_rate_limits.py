"""I17, by the ledger: a number's and a pair's fullest second, also after a flush, and Meta's own word obeyed."""

import pytest
import redis

from tests.invariants.guests import sent_to, strangers, write
from tests.invariants.rates import fullest_second, moments
from tests.product import Product, until

pytestmark = pytest.mark.processes

MPS, GUESTS = 20, 80
RATE = "UPDATE number SET throughput_mps = %s, slow_until = NULL WHERE phone_number_id = %s"


def test_i17_a_slow_number_is_never_faster_than_its_rate(product: Product) -> None:
    guests, after = strangers(GUESTS), product.latest_seq()
    valkey = redis.Redis.from_url(product.demo["redis_url"])
    number = product.meta.phone_number_id
    usual = product.one("SELECT throughput_mps FROM number WHERE phone_number_id = %s", [number])
    product.rows(RATE, [MPS, number])
    try:
        write(product, guests)
        until(lambda: len(product.ledger(after_seq=after)) >= GUESTS // 3, 30, "a third has left")
        valkey.flushall()
        until(lambda: len(product.ledger(after_seq=after)) >= 2 * GUESTS // 3, 30, "two thirds have left")
        valkey.flushall()
        until(lambda: all(sent_to(product, guest) for guest in guests), 60, "all have left")
    finally:
        product.rows(RATE, [usual, number])
    rows = product.ledger(after_seq=after)
    assert len(rows) == GUESTS
    assert fullest_second(rows) <= 1.1 * MPS


def test_i17_a_rate_refusal_of_meta_holds_the_number_back(product: Product) -> None:
    guests, after = strangers(3), product.latest_seq()
    product.sandbox("faults", fault="error", code=130429, count=1)
    write(product, guests[:1])
    slow = "SELECT slow_until > now() FROM number WHERE phone_number_id = %s"
    until(lambda: product.one(slow, [product.meta.phone_number_id]), 20, "the number is slow")
    resting = product.one(
        "SELECT extract(epoch FROM slow_until) FROM number WHERE phone_number_id = %s", [product.meta.phone_number_id]
    )
    write(product, guests[1:])
    until(lambda: all(sent_to(product, guest) for guest in guests), 60, "all are answered after the rest")
    assert moments(product.ledger(after_seq=after))[0] >= float(resting) - 0.05
    assert {len(sent_to(product, guest)) for guest in guests} == {1}
