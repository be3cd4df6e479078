"""I18: what waited until the 24-hour window closed does not leave, also when its worker was killed meanwhile."""

import pytest

from tests.invariants.guests import sent_to, strangers, write
from tests.invariants.test_i09_exactly_once_steps import CRASHED, work
from tests.product import Product, until

pytestmark = pytest.mark.processes

GUESTS = 10


def test_i18_nothing_free_form_leaves_after_the_window(product: Product) -> None:
    guests = strangers(GUESTS)
    recipients = [f"+{guest}" for guest in guests]
    try:
        with product.paused("worker"):
            write(product, guests)
            # The answers are written; the worker dies before anything is sent.
            assert work(product, "inbound.after_answer") == CRASHED
            product.manage("demo_clock", "+25h")
        product.end_leases()
        ended = "SELECT count(*) FROM message WHERE direction = 'out' AND recipient = ANY(%s) AND status = 'cancelled'"
        until(lambda: product.one(ended, [recipients]) == GUESTS, 30, "all are cancelled")
        shown = "SELECT DISTINCT reason FROM message WHERE direction = 'out' AND recipient = ANY(%s)"
        assert product.rows(shown, [recipients]) == [("window_closed",)]
        assert not any(sent_to(product, guest) for guest in guests)
    finally:
        product.manage("demo_clock", "reset")
