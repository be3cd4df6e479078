"""One salon's programs do not take the web process from another's (TN-007, I11)."""

import asyncio
import json
import time
from typing import Any

import pytest
from asgiref import testing
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpResponse
from django.test import RequestFactory

from api import callers, turns
from api.turns import Busy, Handler, Turns

# It has no types.
Talk: Any = testing.ApplicationCommunicator


def scope(path: str = "/api/v1/contacts/", key: str = "k", **headers: str) -> dict[str, Any]:
    given = {"host": "aurora.cadeira.localhost:8000", "authorization": f"Api-Key {key}", **headers}
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
    }


async def ask(handler: Handler, body: bytes = b"", **given: str) -> tuple[int, dict[str, str], Any]:
    """Status, headers and body of one answer."""
    talk = Talk(handler, scope(**given))
    await talk.send_input({"type": "http.request", "body": body, "more_body": False})
    start = await talk.receive_output(5)
    raw = (await talk.receive_output(5))["body"]
    await talk.wait(5)
    headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, json.loads(raw) if raw.startswith(b"{") else raw


@pytest.fixture(autouse=True)
def _nobody_known() -> None:
    callers.forget()


async def test_a_full_line_is_not_another_salons() -> None:
    """TN-007: two places each; the third of the same salon waits, another salon's does not."""
    lines = Turns(2, 3, most_waiting=1, patience_s=0.05)
    async with lines.turn("a"), lines.turn("a"):
        async with lines.turn("b"):
            pass
        with pytest.raises(Busy):
            async with lines.turn("a"):
                pass
        waiting = asyncio.create_task(lines.turn("a").__aenter__())
        await asyncio.sleep(0)
        with pytest.raises(Busy):  # one may wait, and one does
            async with lines.turn("a"):
                pass
        with pytest.raises(Busy):
            await waiting
    assert lines._lines == {}


async def test_a_flood_leaves_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """TN-007: of twenty slow requests of one salon as many run as it has places, also when their callers hang up."""
    running, most = 0, 0

    def slow() -> HttpResponse:
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.01)
        running -= 1
        return HttpResponse(b"{}")

    async def answer(self: Any, request: Any) -> HttpResponse:
        return await sync_to_async(slow, thread_sensitive=False)()

    monkeypatch.setattr(ASGIHandler, "run_get_response", answer)
    handler = Handler()
    hung_up = [Talk(handler, scope()) for _ in range(10)]
    for talk in hung_up:
        await talk.send_input({"type": "http.request", "body": b"", "more_body": False})
        await talk.send_input({"type": "http.disconnect"})
    answers = await asyncio.gather(*(ask(handler) for _ in range(20)), *(talk.wait(5) for talk in hung_up))
    assert [one[0] for one in answers[:20]] == [200] * 20
    assert 1 < most <= turns.EACH


async def test_who_was_told_to_wait_costs_no_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """TN-007: a program that does not heed Retry-After is answered without a thread; others with the same host are."""

    async def answer(self: Any, request: Any) -> HttpResponse:
        return HttpResponse(b"{}")

    monkeypatch.setattr(ASGIHandler, "run_get_response", answer)
    request = RequestFactory().get("/api/v1/contacts/", headers={"authorization": "Api-Key greedy"})
    callers.refuse(request, "admin", 0.3, {"X-RateLimit-Limit": "3"})
    handler = Handler()
    status, headers, body = await ask(handler, key="greedy")
    assert (status, headers["retry-after"], headers["x-ratelimit-limit"]) == (429, "1", "3")
    assert headers["content-type"] == "application/problem+json"
    assert body["status"] == 429 and body["trace_id"] == headers["x-trace-id"]
    assert (await ask(handler, key="modest"))[0] == 200
    await asyncio.sleep(0.05)
    assert (await ask(handler, key="greedy"))[0] == 200


def test_one_of_those_who_do_not_wait_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """TN-007: so that a limit that was raised is heard of, and a flood is not looked up request by request."""
    monkeypatch.setattr(callers, "KEEP_REFUSAL_S", 0.0)
    request = RequestFactory().get("/", headers={"authorization": "Api-Key greedy"})
    callers.refuse(request, "chat", 60, {})
    monkeypatch.setattr(callers, "KEEP_REFUSAL_S", 30.0)
    assert callers.refusal(request, "chat") is None
    assert callers.refusal(request, "chat") is not None
    assert callers.refusal(request, "admin") is None
    callers.accept(request, "chat")
    assert callers.refusal(request, "chat") is None


def test_whose_line_it_is() -> None:
    """TN-007: strangers at a salon's host do not stand in the salon's line, and have one together."""

    def line(key: str) -> str:
        return callers.line_of(RequestFactory(headers={"host": "Aurora.localhost:1"}).get("/", HTTP_AUTHORIZATION=key))

    callers.learn(RequestFactory().get("/", HTTP_AUTHORIZATION="Api-Key good"), 7)
    assert line("Api-Key good") == "salon:7"
    assert line("Api-Key bad") == line("Api-Key worse") == "strangers:aurora.localhost"
