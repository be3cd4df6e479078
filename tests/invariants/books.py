"""I30: the books of a product at rest, against what the outside counted."""

import time
from collections.abc import Collection

from ops.accounting import EQUATIONS, NEWEST
from ops.ids import uuid7_floor
from tests.invariants.size import SOAK
from tests.product import Product

# A message as its salon shows it, for each way an item of the outbox can end.
SHOWN_AS = {
    "accepted": ("sent", "delivered", "read", "played", "failed"),
    "failed": ("failed", "delivered", "read", "played"),
    "cancelled": ("cancelled",),
    "unknown": ("unknown",),
}


# A long run leaves a backlog that one worker process of a busy machine works off at some 100 messages a second.
WITHIN_S = 90 + SOAK / 300


def assert_books(product: Product, *, acked: Collection[str] = (), within_s: float = WITHIN_S) -> str:
    """Wait until nothing is open, then check every equation; the equation of the outside in words.

    A late status may come in between two looks: then the books are read once more.
    """
    end = time.monotonic() + within_s
    while True:
        product.until_at_rest(within_s)
        arrived = product.one("SELECT count(*) FROM delivery")
        try:
            return _read_books(product, acked)
        except AssertionError:
            if arrived == product.one("SELECT count(*) FROM delivery") or time.monotonic() > end:
                raise


def _read_books(product: Product, acked: Collection[str]) -> str:
    # The product counts the newest, every minute; here all of them are counted.
    everything = {"since": uuid7_floor(0.0), "newest": 100 * NEWEST}
    broken = {name: count for name, sql in EQUATIONS.items() if (count := product.one(sql, everything))}
    assert not broken, broken
    _assert_items(product)
    _assert_outbox(product)
    return f"{_acked_are_kept(product, acked)}; {_sends_are_in_the_ledger(product)}"


def _assert_items(product: Product) -> None:
    told, made = product.rows("SELECT COALESCE(sum(items), 0), (SELECT count(*) FROM inbox_item) FROM delivery")[0]
    assert told == made, f"deliveries tell of {told} items, there are {made}"
    states = dict(product.rows("SELECT state, count(*) FROM inbox_item GROUP BY state"))
    assert set(states) <= {"done", "duplicate", "quarantined", "dead"}, states


def _assert_outbox(product: Product) -> None:
    lonely = product.rows(
        "SELECT m.id, o.id FROM (SELECT id FROM message WHERE direction = 'out') m FULL JOIN "
        "(SELECT id, message_id FROM outbox_item WHERE salon_id = (SELECT id FROM salon WHERE slug = 'demo')) o "
        "ON o.message_id = m.id WHERE m.id IS NULL OR o.id IS NULL LIMIT 5"
    )
    assert not lonely, f"messages without an outbox row, or the reverse: {lonely}"
    shown = product.rows(
        "SELECT o.outcome, m.status, count(*) FROM outbox_item o JOIN message m ON m.id = o.message_id "
        "WHERE o.state = 'settled' AND o.salon_id = (SELECT id FROM salon WHERE slug = 'demo') GROUP BY 1, 2"
    )
    wrong = [row for row in shown if row[1] not in SHOWN_AS[row[0]]]
    assert not wrong, f"settled in one way, shown in another: {wrong}"
    silent = product.one(
        "SELECT count(*) FROM outbox_item WHERE state = 'queued' AND (not_before <= now() - interval '1 minute') "
        "AND reason = ''"
    )
    assert silent == 0, f"{silent} messages wait without a reason"


def _acked_are_kept(product: Product, acked: Collection[str]) -> str:
    wamids = list(acked)
    rows = product.rows(
        "SELECT w.wamid, count(m.id) FROM unnest(%s::text[]) AS w(wamid) LEFT JOIN message m ON m.wamid = w.wamid "
        "GROUP BY w.wamid HAVING count(m.id) <> 1 LIMIT 5",
        [wamids],
    )
    assert not rows, f"acknowledged, and not exactly one message: {rows}\n{product.diagnosis()}"
    deliveries = product.one("SELECT count(*) FROM delivery")
    assert deliveries >= len(wamids), f"{len(wamids)} acknowledged, {deliveries} kept"
    return f"acknowledged {len(wamids)} <= deliveries {deliveries}, lost 0, twice 0"


def _sends_are_in_the_ledger(product: Product) -> str:
    outcomes = dict(product.rows("SELECT outcome, count(*) FROM outbox_item GROUP BY outcome"))
    open_unknown = product.one("SELECT count(*) FROM outbox_item WHERE state = 'unknown'")
    resent = product.one("SELECT count(*) FROM outbox_item WHERE resent")
    accepted, unknown = outcomes.get("accepted", 0), outcomes.get("unknown", 0) + open_unknown
    sent = [row for row in product.ledger() if row["biz_opaque_callback_data"]]
    by_item = {row["biz_opaque_callback_data"].split(".")[1].split("-")[0] for row in sent}
    assert accepted <= len(by_item) <= accepted + unknown, (accepted, len(by_item), unknown)
    assert len(sent) <= len(by_item) + resent, (
        f"{len(sent)} calls accepted for {len(by_item)} messages, {resent} resent"
    )
    return f"accepted {accepted} <= ledger {len(by_item)} <= accepted + unknown {accepted + unknown}, resent {resent}"
