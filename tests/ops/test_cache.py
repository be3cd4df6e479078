"""I7: the cache goes on while Valkey is away, and is never shared by salons."""

from typing import Any

import pytest

from ops.cache import Cache, key
from ops.salon import inside
from tests.world import Salons


@pytest.fixture
def dead() -> Cache:
    """A cache whose Valkey does not answer."""
    params: dict[str, Any] = {"KEY_FUNCTION": "ops.cache.key", "OPTIONS": {"socket_connect_timeout": 1}}
    return Cache("redis://127.0.0.1:1/0", params)


def test_i7_the_process_remembers_for_itself(dead: Cache) -> None:
    dead.set("a", 1)
    assert dead.get("a") == 1
    assert dead.incr("a") == 2
    assert not dead.add("a", 5)
    assert dead.get_many(["a"]) == {"a": 2}
    assert dead.touch("a")
    assert dead.delete("a")
    assert dead.get("a", "gone") == "gone"


def test_a_key_of_two_salons_is_two_keys(salons: Salons, db: None) -> None:
    with inside(salons.aurora.pk):
        ours = key("a", "", 1)
    with inside(salons.other.pk):
        theirs = key("a", "", 1)
    assert len({ours, theirs, key("a", "", 1)}) == 3
