"""One product in processes of its own for all tests that kill, starve or flood it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.invariants.books import assert_books
from tests.product import Product

# So that what nobody knows is decided within a test.
GRACE_S = "4"
# Faults are counted here by calls; a number that rests from them and tries with one at a time would outlast any test.
# The circuit breaker has tests of its own (tests/outbox/test_circuit.py).
NO_CIRCUIT = "1000000"


@pytest.fixture(scope="session")
def running_product() -> Iterator[Product]:
    """Started by the first test that asks, stopped at the end."""
    product = Product(
        Path(os.environ["STATE_DIR"]) / f"product-{os.getpid()}",
        STATUS_GRACE_S=GRACE_S,
        WORKERS="2",
        CIRCUIT_OPENS_AFTER=NO_CIRCUIT,
    )
    try:
        yield product.start()
    finally:
        product.stop()


@pytest.fixture
def product(running_product: Product) -> Iterator[Product]:
    """The product with everything up and at rest; after the test its books must balance (I30)."""
    running_product.graph.mend()
    running_product.until_all_up()
    yield running_product
    running_product.graph.mend()
    running_product.until_all_up()
    assert_books(running_product)
