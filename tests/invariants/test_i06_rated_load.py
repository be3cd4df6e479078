"""I6, the counts (the times are held by `make bench`): at load everything is acknowledged and no backlog stays."""

import os
import signal
import threading
import time

import pytest

from tests.invariants.size import SOAK
from tests.load import at_rate
from tests.product import Product, children, until

pytestmark = pytest.mark.processes

PER_S, SECONDS = 300, 3


def test_i06_all_is_acknowledged_and_the_backlog_ends(product: Product) -> None:
    meta, run = product.meta, f"{time.time_ns():x}"
    requests = [meta.message(f"wamid.{run}.{n}", f"5541{n:09d}") for n in range(PER_S * SECONDS)]
    log = at_rate([product.gate_port], requests, PER_S)
    assert dict(log.statuses) == {200: PER_S * SECONDS}
    product.until_at_rest(60)


# Longer than the gate waits for a statement, so that the spool is needed; in the long form as the list says.
AWAY_S, AWAY_PER_S = (60.0, 3300) if SOAK else (3.0, PER_S)


def tell(pids: list[int], number: int) -> None:
    for pid in pids:
        os.kill(pid, number)


def test_i06_with_postgres_away_the_spool_keeps_what_comes(product: Product) -> None:
    meta, run = product.meta, f"{time.time_ns():x}"
    requests = [meta.status(f"wamid.{run}.{n}", "read", f"5541{n:09d}") for n in range(int(AWAY_PER_S * AWAY_S))]
    before = product.one("SELECT count(*) FROM delivery")
    servers = [pid for parent in product.pids("postgres") for pid in (parent, *children(parent))]
    tell(servers, signal.SIGSTOP)
    # A timer, so that a failing load does not leave it away for the tests that follow.
    back = threading.Timer(AWAY_S, tell, (servers, signal.SIGCONT))
    back.start()
    try:
        log = at_rate([product.gate_port], requests, AWAY_PER_S, connections=128)
    finally:
        back.join()
    assert dict(log.statuses) == {200: len(requests)}
    returned = time.monotonic()
    until(lambda: product.one("SELECT count(*) FROM delivery") >= before + len(requests), 60, "all are in the table")
    product.until_at_rest(60)
    drained_s = time.monotonic() - returned
    if SOAK:
        print(
            f"I6: PostgreSQL away {AWAY_S:.0f} s: p99 {log.percentile(0.99) * 1000:.0f} ms, drained {drained_s:.0f} s"
        )
        assert log.percentile(0.99) <= 0.5 and drained_s <= 60


def test_i15_in_peace_each_reply_leaves_once(product: Product) -> None:
    product.until_at_rest()
    guests = product.rows("SELECT value FROM identity WHERE kind = 'phone' AND value LIKE '+5541%%'")
    sent: dict[str, int] = {}
    for row in product.ledger():
        guest = row["body"]["to"].lstrip("+")
        sent[guest] = sent.get(guest, 0) + 1
    assert len(guests) == PER_S * SECONDS
    assert {sent.get(guest.lstrip("+")) for (guest,) in guests} == {1}
