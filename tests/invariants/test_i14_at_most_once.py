"""I14: killed between the provider's accept and our record: never a blind second call, and statuses tell the truth."""

import pytest

from tests.invariants.guests import sent_to, strangers, write
from tests.invariants.size import size
from tests.invariants.test_i09_exactly_once_steps import CRASHED, work
from tests.product import Product, until

pytestmark = pytest.mark.processes

GUESTS = size(40, 0.003)


def crash_after_accept(product: Product, guests: list[str], certainty: str) -> None:
    """The guests' answers were accepted by the provider, and nobody lived to write it down."""
    with product.paused("worker"):
        write(product, guests)
        # Written first, so that the class can be set before anything is sent.
        assert work(product, "outbox.after_claim") == CRASHED
        product.rows(
            "UPDATE outbox_item SET state = 'queued', attempts = 0, fence = fence + 1, lease_until = NULL, "
            "certainty = %s WHERE state = 'sending'",
            [certainty],
        )
        assert work(product, "outbox.after_accept") == CRASHED
        product.end_leases()


def shown(product: Product, guests: list[str]) -> dict[str, int]:
    return dict(
        product.rows(
            "SELECT status, count(*) FROM message WHERE direction = 'out' AND recipient = ANY(%s) GROUP BY 1",
            [[f"+{guest}" for guest in guests]],
        )
    )


def test_i14_with_an_echo_each_ends_sent_with_the_right_wamid(product: Product) -> None:
    guests = strangers(GUESTS)
    crash_after_accept(product, guests, "at_most_once")
    until(lambda: shown(product, guests) == {"delivered": GUESTS}, 60, "statuses settle every one")
    for guest in guests:
        (row,) = sent_to(product, guest)
        assert (
            product.one("SELECT wamid FROM message WHERE direction = 'out' AND recipient = %s", [f"+{guest}"])
            == (row["wamid"])
        )


@pytest.mark.parametrize(("certainty", "most"), [("at_most_once", 1), ("at_least_once", 2)])
def test_i14_without_an_echo(product: Product, certainty: str, most: int) -> None:
    guests = strangers(GUESTS)
    product.sandbox("settings", statuses=False)
    try:
        crash_after_accept(product, guests, certainty)
        still_open = "SELECT count(*) FROM outbox_item WHERE state <> 'settled' AND message_id IN "
        of_guests = "(SELECT id FROM message WHERE recipient = ANY(%s))"
        recipients = [f"+{guest}" for guest in guests]
        until(lambda: product.one(still_open + of_guests, [recipients]) == 0, 60, "the grace is over")
    finally:
        product.sandbox("settings", statuses=True)
    counts = [len(sent_to(product, guest)) for guest in guests]
    assert all(1 <= count <= most for count in counts) or (most == 1 and max(counts) <= 1), counts
    assert most == 1 or set(shown(product, guests)) <= {"sent", "unknown"}
