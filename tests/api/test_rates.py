"""Requests per minute of one caller and of the salon, by class and plan (TN-007)."""

from collections.abc import Iterator
from time import perf_counter
from typing import Any

import pytest
import redis

from api import callers, rates, windows
from billing.plans import queries
from billing.plans.models import PlanVersion
from config.env import env
from tenants.access.models import ApiKey
from tests.api.program import Program, problem
from tests.world import Browser

CONTACTS = "/api/v1/contacts/"


def limit(program: Program, **limits: float) -> None:
    """From now on the salon's plan says this."""
    PlanVersion.objects.filter(plan__code=program.salon.plan).update(limits=limits)
    queries.forget()


def forget() -> None:
    """As if a minute had passed."""
    windows.here.clear()
    callers.forget()
    client = redis.Redis.from_url(env.redis_url)
    for key in client.scan_iter("api:rate:*"):
        client.delete(key)


@pytest.fixture
def limited(program: Program) -> Iterator[Program]:
    """Its salon's plan allows each caller three requests a minute."""
    forget()
    limit(program, api_requests_per_minute=3)
    yield program
    queries.forget()
    windows.wake()
    forget()


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Valkey does not answer."""
    with monkeypatch.context() as patch:
        patch.setattr(env, "redis_url", "redis://127.0.0.1:1/0")
        windows.wake()
        yield
    windows.wake()


def test_it_counts_down_and_stops(limited: Program) -> None:
    """TN-007: three headers on every answer, 429 with Retry-After at the end."""
    for left in ("2", "1", "0"):
        answer = limited.get(CONTACTS)
        assert (answer.status_code, answer["X-RateLimit-Limit"], answer["X-RateLimit-Remaining"]) == (200, "3", left)
    answer = limited.get(CONTACTS)
    problem(answer, 429)
    assert answer["X-RateLimit-Remaining"] == "0"
    assert 55 <= int(answer["Retry-After"]) <= int(answer["X-RateLimit-Reset"]) <= 60


@pytest.mark.parametrize(("path", "status"), [("nothing-of-ours", 404), ("?nonsense=1", 400)])
def test_what_is_refused_counts_too(limited: Program, path: str, status: int) -> None:
    """TN-007: a caller cannot ask for free by asking wrongly."""
    answer = limited.get(f"{CONTACTS}{path}")
    assert (answer.status_code, answer["X-RateLimit-Remaining"]) == (status, "2")


def test_what_one_may_not_do_counts_too(limited: Program) -> None:
    """TN-007: nor by asking for what is forbidden."""
    ApiKey.objects.filter(salon_id=limited.salon.pk).update(role="viewer")
    for left in ("2", "1", "0"):
        answer = limited.get("/api/v1/flows/")
        assert (answer.status_code, answer["X-RateLimit-Remaining"]) == (403, left)
    problem(limited.get("/api/v1/flows/"), 429)


def test_classes_have_windows_of_their_own(limited: Program) -> None:
    """TN-007: whoever lists contacts can still answer guests."""
    for _ in range(4):
        last = limited.get(CONTACTS)
    assert last.status_code == 429
    assert limited.write("messages/", {}).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "messages/", "admin"),
        ("POST", "messages/", "chat"),
        ("POST", "messages/x/cancel/", "chat"),
        ("PATCH", "conversations/x/", "chat"),
        ("POST", "contacts/", "admin"),
        ("POST", "flows/", "admin"),
        ("POST", "flows/x/start", "webhook"),
        ("POST", "webhook-endpoints/", "webhook"),
    ],
)
def test_the_class_of_a_request(method: str, path: str, kind: str) -> None:
    """TN-007: chat, admin, webhook."""
    assert rates.class_of(method, f"/api/v1/{path}") == kind


def test_each_key_has_its_own_and_all_have_one_together(limited: Program) -> None:
    """TN-007: per key, and per salon: more keys are not more requests without end."""
    limit(limited, api_requests_per_minute=3, api_salon_requests_per_minute=5)
    for _ in range(4):
        limited.get(CONTACTS)
    other = Program(limited.salon)
    assert [other.get(CONTACTS).status_code for _ in range(3)] == [200, 200, 429]
    refused = other.get(CONTACTS)
    assert refused["X-RateLimit-Limit"] == "5"


def test_another_salon_is_not_counted_with_it(limited: Program, stranger: Program) -> None:
    """TN-007, I17: windows belong to a salon."""
    for _ in range(4):
        limited.get(CONTACTS)
    assert stranger.get(CONTACTS)["X-RateLimit-Remaining"] == "2"


def test_a_key_with_rates_of_its_own(limited: Program) -> None:
    """TN-007: adjustable at run time, also where the plan has no limit; people are not touched by it."""
    ApiKey.objects.filter(salon_id=limited.salon.pk).update(rates={"admin": 1})
    assert [limited.get(CONTACTS).status_code for _ in range(2)] == [200, 429]
    limit(limited)
    assert limited.get(CONTACTS).status_code == 429
    ApiKey.objects.filter(salon_id=limited.salon.pk).update(rates={})
    assert not limited.get(CONTACTS).has_header("X-RateLimit-Limit")


def test_people_are_counted_too(limited: Program, alice: Browser) -> None:
    """TN-007: a member's browser has the caller's limit."""
    assert [alice.get(CONTACTS).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_without_a_limit_nothing_is_counted(program: Program) -> None:
    """TN-007: such is the demo's plan."""
    assert not program.get(CONTACTS).has_header("X-RateLimit-Limit")


def test_a_limit_of_none(limited: Program) -> None:
    """TN-007: nought is nought, not everything."""
    limit(limited, api_requests_per_minute=0)
    problem(limited.get(CONTACTS), 429)


def test_i07_without_valkey_it_is_neither_open_nor_shut(limited: Program, away: None) -> None:
    """I7: this process counts alone, with its part of the limit, and waits for nobody."""
    limit(limited, api_requests_per_minute=20)
    began = perf_counter()
    answers = [limited.get(CONTACTS).status_code for _ in range(7)]
    assert answers == [200] * 5 + [429] * 2
    assert perf_counter() - began < 3


def test_i17_a_flush_gives_no_second_minute(limited: Program) -> None:
    """I17: what Valkey forgot this process remembers."""
    for _ in range(3):
        limited.get(CONTACTS)
    client = redis.Redis.from_url(env.redis_url)
    assert [client.delete(key) for key in client.scan_iter("api:rate:*")]
    problem(limited.get(CONTACTS), 429)


def test_both_ways_of_counting_slide(monkeypatch: pytest.MonkeyPatch) -> None:
    """I17: in no span of a window's length more than the limit, and all of it again when it has passed."""
    now = [100.0]
    local = windows.Here(lambda: now[0])
    limits = [windows.Limit("k", 3)]
    taken: list[float] = []
    for step in range(1300):
        now[0] = 100 + step / 10
        if local.take(limits).taken:
            taken.append(now[0])
    assert taken[:3] == [100.0, 100.1, 100.2]
    assert all(later - earlier >= windows.WINDOW_S for earlier, later in zip(taken, taken[3:], strict=False))
    assert len(taken) == 9
    assert _spans_of_valkey(monkeypatch) == []


def _spans_of_valkey(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Spans in which the script let too many through, with windows of 300 ms."""
    monkeypatch.setattr(windows, "WINDOW_S", 0.3)
    monkeypatch.setattr(windows, "SLICE_S", 0.01)
    forget()
    limits, taken, began = [windows.Limit("api:rate:{test}:x", 4)], list[float](), perf_counter()
    while perf_counter() - began < 1:
        asked = perf_counter()
        if _ask(limits).taken:
            taken.append(asked)
    assert 12 <= len(taken) <= 16
    # What one process measures around a call is not the server's clock to the millisecond.
    return [one for one in zip(taken, taken[4:], strict=False) if one[1] - one[0] < 0.29]


def _ask(limits: list[windows.Limit]) -> windows.Counted:
    found = windows._script()(keys=[one.key for one in limits], args=[300, 10, *(one.most for one in limits)])
    return windows.Counted(bool(found[0]), ())
