"""The web process as callers of the API share it: each salon has a few places, and whoever waits holds no thread and no
connection to the database. So one salon's flood is that salon's queue."""

import asyncio
import logging
import math
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpResponse, JsonResponse

from api import callers
from api.errors import PROBLEM, problem
from api.rates import class_of
from config.env import env
from ops.metrics import HTTP_REQUESTS

log = logging.getLogger(__name__)
ROOT: Final = "/api/v1/"
# Of the connections to the database: what one salon's programs may hold, and all of them; the rest is for pages.
EACH: Final = max(2, env.database_pool // 4)
TOGETHER: Final = max(EACH, env.database_pool - 2)
MOST_WAITING: Final = 400
PATIENCE_S: Final = 20.0
# Whoever asks again although they were told to wait is answered so slowly that it costs nobody else anything.
HOLD_S: Final = 0.5


class Busy(Exception):
    """No place became free in time, or too many wait for one."""


@dataclass(slots=True)
class Line:
    """The places of one salon, and how many are at them or wait."""

    places: asyncio.Semaphore
    people: int = 0


class Turns:
    """The lines of one loop."""

    def __init__(self, each: int, together: int, *, most_waiting: int, patience_s: float) -> None:
        self._each, self._most_waiting, self._patience_s = each, most_waiting, patience_s
        self._together = asyncio.Semaphore(together)
        self._lines: dict[str, Line] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """A place for as long as the block runs. Raises Busy."""
        line = self._lines.setdefault(name, Line(asyncio.Semaphore(self._each)))
        if line.people >= self._each + self._most_waiting:
            raise Busy
        line.people += 1
        try:
            # A salon has few at the common door too, so no salon's line is in front of another's.
            async with self._place(line.places), self._place(self._together):
                yield
        finally:
            line.people -= 1
            if not line.people:
                self._lines.pop(name, None)

    @asynccontextmanager
    async def _place(self, places: asyncio.Semaphore) -> AsyncIterator[None]:
        try:
            await asyncio.wait_for(places.acquire(), self._patience_s)
        except TimeoutError:
            raise Busy from None
        try:
            yield
        finally:
            places.release()


class Handler(ASGIHandler):
    """Django's, with turns for the API."""

    def __init__(self) -> None:
        super().__init__()
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()

    async def run_get_response(self, request: Any) -> Any:
        """Its answer, when it is the salon's turn."""
        if not request.path.startswith(ROOT):
            return await super().run_get_response(request)
        told = callers.refusal(request, class_of(request.method, request.path))
        if told is not None:
            await asyncio.sleep(min(HOLD_S, told[0]))
            return _later(429, "You were asked to wait; Retry-After says how long.", told[0], told[1])
        try:
            async with self._of_this_loop().turn(callers.line_of(request)):
                try:
                    return await super().run_get_response(request)
                except asyncio.CancelledError:
                    # Whoever asked has gone; the thread knows nothing of it and keeps its place until it has ended.
                    await asyncio.shield(sync_to_async(_nothing)())
                    raise
        except Busy:
            log.warning("an API request found no place", extra={"action": f"{request.method} {ROOT}"})
            return _later(429, "Too many requests at once; ask for less at the same time.", 1, {})

    def _of_this_loop(self) -> Turns:
        loop = asyncio.get_running_loop()
        if loop not in self._turns:
            self._turns[loop] = Turns(EACH, TOGETHER, most_waiting=MOST_WAITING, patience_s=PATIENCE_S)
        return self._turns[loop]


def _nothing() -> None:
    """Runs in a request's thread when what ran there before has ended."""


def _later(status: int, detail: str, wait_s: float, headers: dict[str, str]) -> HttpResponse:
    HTTP_REQUESTS.labels("public", ROOT.lstrip("/"), status).inc()
    return _problem(status, detail, {**headers, "Retry-After": str(max(1, math.ceil(wait_s)))})


def _problem(status: int, detail: str, headers: dict[str, str]) -> HttpResponse:
    trace_id = uuid.uuid4().hex
    body = problem(status, detail=detail, errors=[], trace_id=trace_id)
    always = {"X-Trace-Id": trace_id, "Cache-Control": "no-store, private", "Content-Language": "en"}
    return JsonResponse(body, status=status, content_type=PROBLEM, headers={**always, **headers})
