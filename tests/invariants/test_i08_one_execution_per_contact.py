"""I8: 50 messages of one new contact at once over all processes: one of everything, in the order of arrival."""

import pytest

from tests.invariants.guests import deliver, sent_to, strangers, wamid_of
from tests.invariants.rates import fullest_second
from tests.product import Product, until

pytestmark = pytest.mark.processes

MESSAGES = 50
PAIR_BURST = 45


def test_i08_fifty_messages_of_one_new_contact(product: Product) -> None:
    (guest,) = strangers(1)
    requests = [product.meta.message(wamid_of(guest, n), guest, f"oi {n}") for n in range(MESSAGES)]
    deliver(product, requests, connections=MESSAGES)
    handled = "SELECT count(*) FROM message WHERE direction = 'in' AND wamid LIKE %s"
    until(lambda: product.one(handled, [f"wamid.{guest}.%"]) == MESSAGES, 30, "all are kept")
    until(lambda: product.one("SELECT count(*) FROM inbox_item WHERE state = 'pending'") == 0, 30, "all are answered")

    contacts = product.rows("SELECT contact_id FROM identity WHERE kind = 'phone' AND value = %s", [f"+{guest}"])
    assert len(contacts) == 1
    about = [contacts[0][0]]
    assert product.one("SELECT count(*) FROM conversation WHERE contact_id = %s", about) == 1
    assert product.one("SELECT count(*) FROM flow_execution WHERE contact_id = %s AND listens", about) <= 1
    arrived = product.rows(
        "SELECT m.wamid FROM message m JOIN inbox_item i ON i.message_id = m.id AND i.state = 'done' "
        "WHERE m.contact_id = %s AND m.direction = 'in' AND m.wamid LIKE 'wamid.%%' ORDER BY i.delivery_id, i.index",
        about,
    )
    kept = product.rows("SELECT wamid FROM message WHERE contact_id = %s AND direction = 'in' ORDER BY id", about)
    assert arrived == kept
    # The welcome flow greets, then takes any word as its end: in turn means one at a time.
    said = "SELECT type FROM message WHERE contact_id = %s AND direction = 'out' ORDER BY id"
    answers = [kind for (kind,) in product.rows(said, about)]
    assert len(answers) >= 10 and answers == (["interactive", "text"] * MESSAGES)[: len(answers)]
    assert fullest_second(sent_to(product, guest), 6.0) <= PAIR_BURST
