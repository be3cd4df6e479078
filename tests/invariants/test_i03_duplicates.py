"""I3: each webhook delivered 1 to 5 times, at once and again days later: one row, one step, one reply."""

import random

import pytest

from tests.invariants.guests import deliver, sent_to, strangers, talk_of, wamid_of
from tests.product import Product

pytestmark = pytest.mark.processes

GUESTS = 40


def test_i03_delivered_up_to_five_times_within_eight_days(product: Product) -> None:
    guests, chance = strangers(GUESTS), random.Random(3)
    once = [product.meta.message(wamid_of(guest), guest) for guest in guests]
    copies = [request for request in once for _ in range(chance.randint(1, 5))]
    chance.shuffle(copies)
    deliver(product, copies, connections=32)
    product.until_at_rest()
    before = {guest: talk_of(product, guest) for guest in guests}
    for talk in before.values():
        assert [(one[0], one[1]) for one in talk.messages] == [("in", "text"), ("out", "interactive")], talk
        assert [step[2] for step in talk.steps] == ["inicio", "ola"], talk
    try:
        product.manage("demo_clock", "+191h")
        deliver(product, once)
        product.until_at_rest()
        for guest in guests:
            inbound = [one for one in talk_of(product, guest).messages if one[0] == "in"]
            assert len(inbound) == len(sent_to(product, guest)) == 1
    finally:
        product.manage("demo_clock", "reset")
