"""Guests that write to the demo salon, and what the salon has of them."""

import itertools
import time
from typing import Any, NamedTuple

from tests.load import Log, Request, as_fast_as_taken
from tests.product import Product

# Each test's guests are strangers to every other test's.
_blocks = itertools.count(int(time.time()) % 50_000)


def strangers(count: int) -> list[str]:
    """Phone numbers that nobody has seen before."""
    block = next(_blocks)
    return [f"5521{block:05d}{n:04d}" for n in range(count)]


def wamid_of(guest: str, n: int = 0) -> str:
    """The id of a guest's n-th message."""
    return f"wamid.{guest}.{n}"


def write(product: Product, guests: list[str], text: str = "oi", n: int = 0) -> Log:
    """Each guest writes one message; all are acknowledged."""
    requests = [product.meta.message(wamid_of(guest, n), guest, text) for guest in guests]
    return deliver(product, requests)


def deliver(product: Product, requests: list[Request], connections: int = 16) -> Log:
    """Until each is acknowledged, as Meta does."""
    log = as_fast_as_taken([product.gate_port], requests, connections=connections, insist=True)
    assert len(log.acked) == len(requests), log.statuses
    return log


class Talk(NamedTuple):
    """What the salon has of one guest, without ids: equal for guests that lived the same."""

    messages: list[tuple[str, str, str, str]]
    steps: list[tuple[int, int, str, str, str]]
    executions: list[tuple[str, int]]
    conversations: int


def talk_of(product: Product, guest: str) -> Talk:
    """Messages in order, steps by execution, executions with their state."""
    contact = "(SELECT contact_id FROM identity WHERE kind = 'phone' AND value = '+' || %s)"
    messages = product.rows(
        f"SELECT direction, type, replace(text, %s, '*'), status FROM message WHERE contact_id = {contact} ORDER BY id",
        [guest, guest],
    )
    steps = product.rows(
        "SELECT dense_rank() OVER (ORDER BY e.id), s.seq, s.node, s.type, s.exit FROM flow_step s "
        f"JOIN flow_execution e ON e.id = s.execution_id WHERE e.contact_id = {contact} ORDER BY e.id, s.seq",
        [guest],
    )
    executions = product.rows(
        f"SELECT status, last_seq FROM flow_execution WHERE contact_id = {contact} ORDER BY id", [guest]
    )
    conversations = product.one(f"SELECT count(*) FROM conversation WHERE contact_id = {contact}", [guest])
    return Talk(messages, steps, executions, conversations)


def sent_to(product: Product, guest: str) -> list[dict[str, Any]]:
    """What left for the guest, by the ledger."""
    return product.ledger(guest)
