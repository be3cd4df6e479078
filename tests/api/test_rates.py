"""Requests per minute of one key, by the plan (TN-007)."""

from collections.abc import Iterator
from time import perf_counter

import pytest
import redis

from api import rates
from billing.plans import queries
from billing.plans.models import Plan
from config.env import env
from tests.api.program import Program, problem


@pytest.fixture
def limited(program: Program) -> Iterator[Program]:
    """Its salon's plan allows three requests a minute."""
    Plan.objects.filter(code=program.salon.plan).update(limits={rates.LIMIT: 3})
    queries._limits_of.cache_clear()
    yield program
    queries._limits_of.cache_clear()
    client = redis.Redis.from_url(env.redis_url)
    for key in client.scan_iter("api:rate:*"):
        client.delete(key)


def test_it_counts_down_and_stops(limited: Program) -> None:
    for left in ("2", "1", "0"):
        answer = limited.get("/api/v1/contacts/")
        assert (answer.status_code, answer["X-RateLimit-Limit"], answer["X-RateLimit-Remaining"]) == (200, "3", left)
    answer = limited.get("/api/v1/contacts/")
    problem(answer, 429)
    assert (answer["X-RateLimit-Remaining"], int(answer["X-RateLimit-Reset"])) == ("0", 60)
    assert 1 <= int(answer["Retry-After"]) <= 21


def test_each_key_has_its_own(limited: Program) -> None:
    for _ in range(4):
        limited.get("/api/v1/contacts/")
    assert Program(limited.salon).get("/api/v1/contacts/").status_code == 200


def test_without_a_limit_nothing_is_counted(program: Program) -> None:
    assert not program.get("/api/v1/contacts/").has_header("X-RateLimit-Limit")


def test_i07_without_valkey_nobody_is_stopped(limited: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    rates._script.cache_clear()
    with monkeypatch.context() as away:
        away.setattr(env, "redis_url", "redis://127.0.0.1:1/0")
        began = perf_counter()
        for _ in range(5):
            assert limited.get("/api/v1/contacts/").status_code == 200
        assert perf_counter() - began < 5
    rates._script.cache_clear()
