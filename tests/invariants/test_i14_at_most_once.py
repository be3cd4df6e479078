"""I14: killed between the provider's accept and our record: never a blind second call, and statuses tell the truth."""

from collections.abc import Callable

import pytest

from tests.invariants.guests import sent_to, strangers, write
from tests.invariants.size import size
from tests.invariants.test_i09_exactly_once_steps import CRASHED, work
from tests.product import Product, until

pytestmark = pytest.mark.processes

GUESTS = size(200, 1 / 300)
ITEMS = "SELECT count(*) FROM outbox_item WHERE message_id IN (SELECT id FROM message WHERE recipient = ANY(%s))"
# A number sends in bursts, so the worker dies several times until each answer was called for.
DEATHS = GUESTS


def crash_after_accept(product: Product, guests: list[str], certainty: str) -> None:
    """The guests' answers were accepted by the provider, and nobody lived to write it down."""
    recipients = [[f"+{guest}" for guest in guests]]
    with product.paused("worker"):
        write(product, guests)
        # All are written first, so that the class can be set before anything is sent.
        _die(product, "outbox.after_claim", lambda: product.one(ITEMS, recipients) == len(guests))
        product.rows(
            "UPDATE outbox_item SET state = 'queued', attempts = 0, fence = fence + 1, lease_until = NULL, "
            "certainty = %s WHERE message_id IN (SELECT id FROM message WHERE recipient = ANY(%s))",
            [certainty, *recipients],
        )
        left = f"{ITEMS} AND state = 'queued' AND attempts = 0"
        _die(product, "outbox.after_accept", lambda: product.one(left, recipients) == 0)
        product.end_leases()


def _die(product: Product, place: str, is_enough: Callable[[], bool]) -> None:
    """Workers that die at a place, one after the other."""
    for _ in range(DEATHS):
        assert work(product, place) == CRASHED
        if is_enough():
            return
    raise AssertionError(f"killed {DEATHS} times at {place}, and it was not enough")


def shown(product: Product, guests: list[str]) -> dict[str, int]:
    return dict(
        product.rows(
            "SELECT status, count(*) FROM message WHERE direction = 'out' AND recipient = ANY(%s) GROUP BY 1",
            [[f"+{guest}" for guest in guests]],
        )
    )


def _stands(product: Product, guests: list[str]) -> dict[str, tuple[str, str | None]]:
    """Status and wamid of each guest's answer, by recipient."""
    rows = product.rows(
        "SELECT recipient, status, wamid FROM message WHERE direction = 'out' AND recipient = ANY(%s)",
        [[f"+{guest}" for guest in guests]],
    )
    return {recipient: (status, wamid) for recipient, status, wamid in rows}


def test_i14_with_an_echo_each_ends_sent_with_the_right_wamid(product: Product) -> None:
    guests = strangers(GUESTS)
    crash_after_accept(product, guests, "at_most_once")
    ledger = {guest: [row["wamid"] for row in sent_to(product, guest)] for guest in guests}
    # Some calls of a batch were still to be made when its worker died: those are unknown, and did not arrive.
    truth = {f"+{guest}": ("delivered", *sent) if sent else ("unknown", None) for guest, sent in ledger.items()}
    # A lapsed lease shows as unknown at once; the echo that tells better may still be on its way.
    until(lambda: _stands(product, guests) == truth, 120, "each stands as the ledger has it")
    assert sum(map(len, ledger.values())) > GUESTS // 4


@pytest.mark.parametrize(("certainty", "most"), [("at_most_once", 1), ("at_least_once", 2)])
def test_i14_without_an_echo(product: Product, certainty: str, most: int) -> None:
    guests = strangers(GUESTS)
    product.sandbox("settings", statuses=False)
    try:
        crash_after_accept(product, guests, certainty)
        still_open = "SELECT count(*) FROM outbox_item WHERE state <> 'settled' AND message_id IN "
        of_guests = "(SELECT id FROM message WHERE recipient = ANY(%s))"
        recipients = [f"+{guest}" for guest in guests]
        until(lambda: product.one(still_open + of_guests, [recipients]) == 0, 120, "the grace is over")
    finally:
        product.sandbox("settings", statuses=True)
    counts = [len(sent_to(product, guest)) for guest in guests]
    assert all(1 <= count <= most for count in counts) or (most == 1 and max(counts) <= 1), counts
    assert most == 1 or set(shown(product, guests)) <= {"sent", "unknown"}
