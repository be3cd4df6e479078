"""BL-009: whether there is room: Valkey is the brake, the database the truth."""

from collections.abc import Callable

import pytest
import redis

from billing.metering.periods import period_of
from billing.metering.recording import Usage, record, record_many
from billing.metering.totals import used
from billing.quotas import asking, brake
from billing.quotas.asking import Ask, QuotaExceeded, ask, ask_many, require
from billing.quotas.brake import Place
from config.env import env
from tests.world import Salons


def test_what_is_not_limited_costs_no_call(
    salons: Salons, db: None, fresh: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brake, "read", lambda places: pytest.fail("Valkey was asked"))
    monkeypatch.setattr(asking, "used_many", lambda wanted: pytest.fail("the database was asked"))
    assert ask(salons.aurora.pk, "messages").allowed
    assert brake.add([(salons.aurora.pk, "messages", None, 1)]) is False


def test_room_ends_with_the_limit(limit: Callable[..., int]) -> None:
    salon_id = limit(messages=10, knowledge_queries=0)
    record(salon_id, "messages", key="a", quantity=9)
    answer = require(salon_id, "messages")
    assert (answer.limit, answer.used, answer.remaining) == (10, 9, 1)
    with pytest.raises(QuotaExceeded) as full:
        require(salon_id, "messages", 2)
    assert full.value.status == 429
    assert full.value.wait_s is not None and full.value.wait_s > 0
    with pytest.raises(QuotaExceeded) as none:
        require(salon_id, "knowledge_queries")
    assert none.value.status == 403


def test_many_are_asked_at_once(limit: Callable[..., int], salons: Salons) -> None:
    salon_id = limit(messages=10, api_calls=5)
    record_many([Usage(salon_id=salon_id, kind="api_calls", key=f"c{n}") for n in range(5)])
    asks = [Ask(salon_id, name) for name in ("messages", "api_calls", "bookings")] + [Ask(salon_id, "messages", 11)]
    assert [one.allowed for one in ask_many(asks)] == [True, False, True, False]


def test_a_flush_is_filled_from_the_sums(limit: Callable[..., int]) -> None:
    salon_id = limit(messages=1000)
    place = Place(salon_id, "messages", period_of(salon_id).starts_at)
    record(salon_id, "messages", key="a", quantity=300)
    assert ask(salon_id, "messages").used == 300
    assert brake.read([place]) == [300]
    brake.add([(*place, 5)])
    assert ask(salon_id, "messages").used == 305
    redis.Redis.from_url(env.redis_url).delete(place.key)
    assert ask(salon_id, "messages").used == used(salon_id, "messages") == 300


def test_only_the_database_refuses(limit: Callable[..., int]) -> None:
    salon_id = limit(messages=1000)
    brake.fill({Place(salon_id, "messages", period_of(salon_id).starts_at): 5000})
    assert ask(salon_id, "messages").allowed


def test_without_valkey_the_database_is_asked(limit: Callable[..., int], monkeypatch: pytest.MonkeyPatch) -> None:
    salon_id = limit(messages=1000)
    record(salon_id, "messages", key="a", quantity=1000)
    monkeypatch.setattr(env, "redis_url", "redis://127.0.0.1:1/0")
    brake.wake()
    assert not ask(salon_id, "messages").allowed
