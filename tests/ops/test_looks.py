"""Looks: a worker finds its work without any bell (I7)."""

import threading

import pytest

from ops import looks

came: list[str] = []
done = threading.Event()


def find() -> None:
    came.append("find")
    if len(came) > 3:
        done.set()


def stumble() -> None:
    came.append("stumble")
    raise RuntimeError("broken")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    came.clear()
    done.clear()
    monkeypatch.setattr(looks, "EVERY_S", 0.01)
    monkeypatch.setattr(looks, "close_old_connections", lambda: None)
    here = {"a": [f"{__name__}.stumble", f"{__name__}.find"], "b": [f"{__name__}.never"]}
    monkeypatch.setattr(looks, "LOOKS", here)


def test_it_looks_again_and_again_whatever_fails() -> None:
    looks.start(["a", "unknown queue"])
    try:
        assert done.wait(timeout=10)
    finally:
        looks.stop()
    assert came[:2] == ["stumble", "find"]


def test_it_stops_when_told() -> None:
    looks.start(["a"])
    looks.stop()
    assert looks._thread is not None
    looks._thread.join(timeout=5)
    assert not looks._thread.is_alive()


def test_a_process_looks_at_least_every_five_seconds() -> None:
    import importlib

    real = importlib.reload(looks)
    assert real.EVERY_S * 1.25 < 5
