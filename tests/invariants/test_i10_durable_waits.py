"""I10: waits outlive everything: each fires once, never early, and never after its answer."""

import pytest
import redis

from tests.invariants.guests import deliver, strangers, wamid_of, write
from tests.invariants.size import SOAK, size
from tests.product import Product, until

pytestmark = pytest.mark.processes

# 10,000 waits and 20 restarts of everything in the long form.
GUESTS = size(150, 1 / 30)
RESTARTS = 20 if SOAK else 2
EVERYBODY = ("worker", "beat", "worker child", "postgres", "valkey", "gate", "web")
TIMED_OUT = """
    SELECT i.value, count(*), min(s.at - e.due) FROM flow_step s
    JOIN (SELECT id, contact_id, started_at + interval '12 hours' AS due FROM flow_execution) e ON e.id = s.execution_id
    JOIN identity i ON i.contact_id = e.contact_id
    WHERE s.exit = 'timeout' AND i.value = ANY(%s) GROUP BY 1
"""


def test_i10_each_wait_fires_once_and_answered_ones_never(product: Product) -> None:
    guests = strangers(GUESTS)
    answered, waiting = guests[: GUESTS // 3], [f"+{guest}" for guest in guests[GUESTS // 3 :]]
    write(product, guests)
    product.until_at_rest()
    deliver(product, [product.meta.message(wamid_of(guest, 1), guest, "Preços") for guest in answered])
    product.until_at_rest()
    try:
        for restart in range(RESTARTS):
            product.manage("demo_clock", f"+{11 * 3600 // RESTARTS}s")
            if restart < 2:
                redis.Redis.from_url(product.demo["redis_url"]).flushall()
            for kind in EVERYBODY:
                product.kill(kind)
            product.until_all_up()
        assert product.rows(TIMED_OUT, [waiting]) == []
        product.manage("demo_clock", "+1h")
        product.kill("worker", 1)
        product.end_leases()
        until(lambda: len(product.rows(TIMED_OUT, [waiting])) == len(waiting), 60 + GUESTS / 50, "every wait has ended")
        product.until_all_up()
    finally:
        product.manage("demo_clock", "reset")
    fired = product.rows(TIMED_OUT, [[f"+{guest}" for guest in guests]])
    assert {row[0] for row in fired} == set(waiting)
    assert {row[1] for row in fired} == {1}
    assert min(row[2].total_seconds() for row in fired) >= 0
