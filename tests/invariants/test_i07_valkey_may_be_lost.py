"""I7: Valkey hung, dead, flushed or read-only: nothing is lost, it is only slower, and afterwards all goes on."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import redis

from tests.invariants.guests import sent_to, strangers, write
from tests.invariants.rates import fullest_second
from tests.product import Product, until

pytestmark = pytest.mark.processes

GUESTS = 30
Trouble = Callable[[Product], Any]


@contextmanager
def hung(product: Product) -> Iterator[None]:
    pid = product.pids("valkey")[0]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def flushed_and_killed(product: Product) -> Iterator[None]:
    client = redis.Redis.from_url(product.demo["redis_url"])
    client.flushall()
    product.kill("valkey")
    yield


@contextmanager
def read_only(product: Product) -> Iterator[None]:
    client = redis.Redis.from_url(product.demo["redis_url"])
    client.replicaof("127.0.0.1", "1")
    try:
        yield
    finally:
        client.replicaof("NO", "ONE")


@pytest.mark.parametrize("trouble", [hung, flushed_and_killed, read_only])
def test_i07_guests_are_answered_all_the_same(product: Product, trouble: Trouble) -> None:
    guests, later = strangers(GUESTS), strangers(5)
    after = product.latest_seq()
    with trouble(product):
        write(product, guests)
        until(lambda: all(sent_to(product, guest) for guest in guests), 30, "answers without Valkey")
    write(product, later)
    until(lambda: all(sent_to(product, guest) for guest in later), 30, "answers with Valkey back")
    rows = product.ledger(after_seq=after)
    assert {len(sent_to(product, guest)) for guest in [*guests, *later]} == {1}
    assert fullest_second(rows) <= 1100
