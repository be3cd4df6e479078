"""I13: whatever the provider and the network do, each message ends in a state with a reason, and none is sent twice."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.invariants.guests import sent_to, strangers, write
from tests.product import Product, until
from tests.proxy import Proxy

pytestmark = pytest.mark.processes

GUESTS = 10
FAULTS = [
    {"fault": "timeout_after_accept", "ms": 1500},
    {"fault": "500_after_accept"},
    {"fault": "html"},
    {"fault": "no_id"},
    {"fault": "error", "code": 131000},
    {"fault": "error", "code": 131026},
    {"fault": "slow", "ms": 800},
    {"fault": "duplicate_status"},
    {"fault": "shuffle_status"},
    {"fault": "status_before_answer"},
]
NETWORK: dict[str, Callable[[Proxy], None]] = {
    "cut": Proxy.cut,
    "half closed": Proxy.half_close,
    "reset after 20 bytes": lambda proxy: proxy.reset_after(20),
    "slow": lambda proxy: proxy.slow(0.3),
}
OPEN = """
    SELECT m.status, o.state, o.reason FROM outbox_item o JOIN message m ON m.id = o.message_id
    WHERE m.recipient = ANY(%s) AND (o.state = 'sending' OR o.state = 'unknown' OR m.status IN ('sending')
        OR (o.state = 'queued' AND (o.reason = '' OR o.not_before < now())))
"""


def assert_ended(product: Product, guests: list[str]) -> dict[str, int]:
    """Every reply has its final state, or waits for a moment with a reason; how many of each."""
    recipients = [f"+{guest}" for guest in guests]
    written = "SELECT count(*) FROM message WHERE direction = 'out' AND recipient = ANY(%s)"
    until(lambda: product.one(written, [recipients]) == len(guests), 30, "every guest has a reply")
    until(lambda: not product.rows(OPEN, [recipients]), 60, "every reply has ended")
    # One that is tried again later would meet the fault that the next test orders.
    queued = "SELECT count(*) FROM message WHERE status = 'queued' AND recipient = ANY(%s)"
    until(lambda: product.one(queued, [recipients]) == 0, 60, "every reply has left or failed")
    assert all(len(sent_to(product, guest)) <= 1 for guest in guests)
    shown = "SELECT status, count(*) FROM message WHERE direction = 'out' AND recipient = ANY(%s) GROUP BY 1"
    return dict(product.rows(shown, [recipients]))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault['fault']} {fault.get('code', '')}".strip())
def test_i13_through_faults_of_the_provider(product: Product, fault: dict[str, Any]) -> None:
    guests = strangers(GUESTS)
    product.sandbox("faults", count=GUESTS, **fault)
    write(product, guests)
    shown = assert_ended(product, guests)
    accepted = [guest for guest in guests if sent_to(product, guest)]
    good = {"sent", "delivered", "read"}
    # What the provider took comes back with our word in its statuses, so it is known in the end (I14).
    assert sum(count for status, count in shown.items() if status in good) == len(accepted), shown
    assert fault.get("code") != 131026 or shown == {"failed": GUESTS}
    assert fault["fault"] == "error" or len(accepted) == GUESTS


@pytest.mark.parametrize("trouble", NETWORK)
def test_i13_through_faults_of_the_network(product: Product, trouble: str) -> None:
    guests = strangers(GUESTS)
    product.graph.reset()
    NETWORK[trouble](product.graph)
    write(product, guests)
    written = "SELECT count(*) FROM outbox_item WHERE attempts > 0 AND message_id IN "
    of_guests = "(SELECT id FROM message WHERE recipient = ANY(%s))"
    until(lambda: product.one(written + of_guests, [[f"+{guest}" for guest in guests]]), 30, "calls are tried")
    product.graph.mend()
    product.graph.reset()
    shown = assert_ended(product, guests)
    assert set(shown) <= {"sent", "delivered", "read", "unknown", "queued"}, shown
