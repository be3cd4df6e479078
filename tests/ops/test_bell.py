"""Bells: quick, deduplicated, understood by Celery, quiet while Valkey is away (I7)."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from celery import Celery
from celery.contrib.testing.worker import start_worker

from config.env import env
from ops import bell
from ops.ids import uuid7


@pytest.fixture
def valkey() -> Iterator[redis.Redis]:
    """The tests' Valkey."""
    with redis.Redis.from_url(env.redis_url) as client:
        yield client


@pytest.fixture
def name(monkeypatch: pytest.MonkeyPatch, valkey: redis.Redis) -> Iterator[str]:
    """A bell of our own, with a queue of its own."""
    name = f"test-{uuid7()}"
    monkeypatch.setitem(bell.BELLS, name, (f"task.{name}", f"queue.{name}"))
    yield name
    valkey.delete(f"queue.{name}", f"bell:{name}")


def until(true: Callable[[], bool], within_s: float = 5) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + within_s
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_a_bell_is_one_message_however_often_it_is_rung(name: str, valkey: redis.Redis) -> None:
    for _ in range(500):
        bell.ring(name)
    assert until(lambda: valkey.llen(f"queue.{name}") == 1)
    bell.ring(name)
    assert until(lambda: bell._wanted.empty())
    assert valkey.llen(f"queue.{name}") == 1


def test_once_it_was_answered_it_rings_anew(name: str, valkey: redis.Redis) -> None:
    bell.ring(name)
    assert until(lambda: valkey.llen(f"queue.{name}") == 1)
    bell.answered(name)
    bell.ring(name)
    assert until(lambda: valkey.llen(f"queue.{name}") == 2)


def test_a_bell_whose_worker_died_is_silent_for_two_seconds_only(name: str, valkey: redis.Redis) -> None:
    bell.ring(name)
    assert until(lambda: bool(valkey.exists(f"bell:{name}")))
    assert 0 < int(str(valkey.pttl(f"bell:{name}"))) <= bell.HANGS_FOR_MS <= 2000


def test_a_bell_nobody_knows_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError, match="known"):
        bell.ring("nobody")


def test_a_real_worker_takes_the_message(name: str, valkey: redis.Redis) -> None:
    task, queue = bell.BELLS[name]
    app, came = Celery("test", broker=env.redis_url, set_as_current=False), threading.Event()
    app.conf.task_ignore_result = True

    def look(**more: Any) -> None:
        assert more == {}
        came.set()

    app.task(look, name=task)
    with start_worker(
        app, pool="solo", queues=[queue], perform_ping_check=False, shutdown_timeout=10, loglevel="ERROR"
    ):
        bell.ring(name)
        assert came.wait(timeout=10)
    assert valkey.llen(queue) == 0


def test_the_message_holds_nothing_but_the_bell() -> None:
    assert "AAA" not in bell.message("a.task", "queue")
    headers = json.loads(bell.message("a.task", "queue"))["headers"]
    assert (headers["task"], headers["argsrepr"], headers["kwargsrepr"]) == ("a.task", "()", "{}")


def test_i7_while_valkey_is_away_ringing_costs_nothing_and_says_so_once(
    name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[str] = []

    class Away:
        """A client whose server is gone."""

        def set(self, key: str, *_: Any, **__: Any) -> None:
            tries.append(key)
            raise redis.ConnectionError("refused")

    monkeypatch.setattr(bell, "_client", Away)
    monkeypatch.setattr(bell, "_complained_at", time.monotonic() - 60)
    with caplog.at_level(logging.WARNING, logger="ops.bell"):
        for number in range(5):
            began = time.monotonic()
            bell.ring(name)
            assert time.monotonic() - began < 0.5
            assert until(lambda number=number: len(tries) == number + 1)  # type: ignore[misc]
        assert until(lambda: len(caplog.records) == 1)
    assert "poll" in caplog.text


def test_in_a_forked_child_the_bell_has_a_thread_of_its_own(name: str, valkey: redis.Redis) -> None:
    bell.ring(name)
    assert until(lambda: valkey.llen(f"queue.{name}") == 1)
    bell.answered(name)
    bell.forget_thread()
    bell.ring(name)
    assert until(lambda: valkey.llen(f"queue.{name}") == 2)
