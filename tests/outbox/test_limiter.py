"""I17: the buckets, in Valkey and without it."""

import itertools
from uuid import uuid4

import pytest
import redis

from channels_wa.outbox import flight
from channels_wa.outbox.buckets import Bucket, LocalBuckets
from channels_wa.outbox.claiming import ReadyNumber
from channels_wa.outbox.limiter import PAIR_BURST, Ask, Limiter, capacity_of, quick_client
from channels_wa.outbox.sharing import Shares

_numbers = itertools.count()


def ask(number: str, **changes: object) -> Ask:
    fields = {
        "number_rate": 1000.0,
        "pair": f"{number}:{next(_numbers)}",
        "sent_to_pair": 0,
        "salon_id": 1,
        "salon_rate": None,
    }
    return Ask(number, **{**fields, **changes})  # type: ignore[arg-type]


def fill(client: redis.Redis, key: str, tokens: float) -> None:
    seconds, micros = client.time()  # type: ignore[misc]
    client.set(key, f"{tokens:.6f} {seconds + micros / 1e6:.6f}")


def number() -> str:
    return f"test-{uuid4()}"


def test_a_missing_bucket_starts_empty(valkey: redis.Redis) -> None:
    one = number()
    assert Limiter(valkey).take([ask(one, number_rate=1.0)]).waits_s[0] > 0.9


def test_a_batch_gets_what_there_is_in_its_order(valkey: redis.Redis) -> None:
    one = number()
    fill(valkey, f"bucket:number:{one}", 3)
    waits = Limiter(valkey).take([ask(one, number_rate=40.0) for _ in range(5)]).waits_s
    assert [wait == 0 for wait in waits] == [True, True, True, False, False]


def test_all_or_nothing_over_all_buckets(valkey: redis.Redis) -> None:
    one, salon = number(), uuid4().int % 10**12
    fill(valkey, f"bucket:number:{one}", 50)
    taken = Limiter(valkey).take([ask(one, salon_id=salon, salon_rate=1.0)])
    assert taken.waits_s[0] > 0.9
    assert taken.number_left[one] >= 50  # the number's token was not taken


def test_a_pair_has_its_burst_less_what_was_sent_lately(valkey: redis.Redis) -> None:
    one = number()
    fill(valkey, f"bucket:number:{one}", 80)
    asks = [ask(one, pair=f"{one}:ana", sent_to_pair=PAIR_BURST - 2) for _ in range(4)]
    waits = Limiter(valkey).take(asks).waits_s
    assert [wait == 0 for wait in waits] == [True, True, False, False]
    assert 5 < waits[2] <= 6


def test_a_campaign_leaves_tokens_for_answers(valkey: redis.Redis) -> None:
    one = number()
    fill(valkey, f"bucket:number:{one}", 20)
    limiter = Limiter(valkey)
    assert limiter.take([ask(one, leave=0.3)]).waits_s[0] > 0
    assert limiter.take([ask(one)]).waits_s == [0]


def test_without_valkey_each_process_takes_a_quarter(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    local = LocalBuckets(0.25, clock=lambda: now)
    bucket = {"n": Bucket(100.0, capacity_of(100.0), 0.0, 60)}
    gone = 0
    for step in range(1000):
        now = step / 100
        gone += local.take(bucket, [[0.0, 1]])[0] == [0]
    assert 240 <= gone <= 250


def test_a_dead_valkey_is_asked_once_and_not_for_long() -> None:
    dead = Limiter(quick_client("redis://127.0.0.1:1/0"))
    assert dead.take([ask("x", number_rate=1.0)]).waits_s[0] > 0
    dead._client.close()
    assert dead._away_until > 0


def ready(pk: int, lane: int = 0, rate: int = 1000) -> ReadyNumber:
    return ReadyNumber(lane, pk, pk, "memory", f"n{pk}", rate, b"")


def test_room_is_divided_between_numbers() -> None:
    shares, _rest = Shares().divide([ready(1), ready(2), ready(3, rate=20)], 50, {0: 0.0})
    assert sorted(share for _number, share in shares) == [1, 24, 25]


def test_a_number_in_two_lanes_is_counted_once() -> None:
    shares, _rest = Shares().divide([ready(1, 1, 10), ready(1, 2, 10)], 50, {1: 0.1, 2: 0.3})
    assert [(number.lane, share) for number, share in shares] == [(1, 1)]


@pytest.mark.parametrize(
    ("limits", "rate"),
    [
        ({}, None),
        ({"messages_per_second": 20}, 20.0),
        ({"messages_per_minute": 60}, 1.0),
        ({"messages_per_second": 20, "messages_per_minute": 60}, 1.0),
        ({"messages_per_minute": 6000, "messages_per_second": 20}, 20.0),
    ],
)
def test_fr_wa_010_a_plan_limits_its_salon(
    monkeypatch: pytest.MonkeyPatch, limits: dict[str, float], rate: float | None
) -> None:
    monkeypatch.setattr(flight, "limit_of", lambda _salon, name: limits.get(name))
    assert flight._salon_rate(1) == rate
