"""I11: while one guest's run always raises, the answers of the others come as quickly as without it."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.invariants.guests import strangers, wamid_of
from tests.invariants.size import SOAK, size
from tests.load import at_rate
from tests.product import Product, until

pytestmark = pytest.mark.processes

PER_S, GUESTS = 50, size(150, 1 / 300)
ROUNDS = 5 if SOAK else 1
BREAK = """
    CREATE FUNCTION i11_raise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'this run always raises'; END $$;
    CREATE TRIGGER i11 BEFORE INSERT ON flow_execution FOR EACH ROW WHEN (NEW.contact_id = {contact})
        EXECUTE FUNCTION i11_raise();
"""
MEND = "DROP TRIGGER IF EXISTS i11 ON flow_execution; DROP FUNCTION IF EXISTS i11_raise()"


@pytest.fixture
def poison(product: Product) -> Iterator[str]:
    """A guest whose every new run raises; what is dead is put away afterwards."""
    (guest,) = strangers(1)
    status, made = product.api(
        "POST", "contacts/", {"name": "V", "identities": [{"kind": "phone", "value": f"+{guest}"}]}
    )
    assert status == 201, made
    contact = product.one("SELECT contact_id FROM identity WHERE value = %s", [f"+{guest}"])
    product.rows(BREAK.format(contact=contact))
    yield guest
    product.rows(MEND)
    product.rows("UPDATE inbox_item SET due_at = now() WHERE state = 'pending'")
    product.until_at_rest()


def p99_s(product: Product, guests: list[str], *more: str) -> float:
    """Seconds from the row of a guest's message to its answer at the provider, the 99th of 100."""
    requests = [product.meta.message(wamid_of(guest), guest, "oi") for guest in [*more, *guests]]
    assert dict(at_rate([product.gate_port], requests, PER_S).statuses) == {200: len(requests)}
    query = (
        "SELECT recipient, max(id) FROM message WHERE direction = 'out' AND wamid IS NOT NULL AND recipient = ANY(%s) "
    )
    phones = [f"+{guest}" for guest in guests]
    until(lambda: len(product.rows(query + "GROUP BY 1", [phones])) == len(guests), 60, "the others are answered")
    came = dict(
        product.rows(
            "SELECT i.value, extract(epoch FROM m.at)::float8 FROM message m JOIN identity i USING (contact_id) "
            "WHERE m.direction = 'in' AND i.value = ANY(%s)",
            [phones],
        )
    )
    left = {row["body"]["to"]: datetime.fromisoformat(row["at"]).timestamp() for row in product.ledger()}
    waits = sorted(left[phone] - came[phone] for phone in phones)
    return float(waits[int(len(waits) * 0.99)])


def test_i11_the_others_are_as_quick_beside_a_poisoned_run(product: Product, poison: str) -> None:
    alone, beside = [], []
    for number in range(ROUNDS):
        alone.append(p99_s(product, strangers(GUESTS)))
        product.rows("UPDATE inbox_item SET due_at = now() WHERE state = 'pending'")
        beside.append(p99_s(product, strangers(GUESTS), *([poison] if number == 0 else [])))
    parked = product.rows("SELECT attempts, error FROM inbox_item WHERE error LIKE '%%always raises%%'")
    assert len(parked) == 1
    assert product.one("SELECT count(*) FROM message WHERE wamid = %s", [wamid_of(poison)]) == 1
    if SOAK:
        change = sorted(beside)[ROUNDS // 2] / sorted(alone)[ROUNDS // 2]
        print(f"I11: p99 alone {sorted(alone)}, beside a poisoned run {sorted(beside)}: {change:.2f}")
        assert change < 1.2
