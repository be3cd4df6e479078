"""How much a request may bring: counted while it comes, before anything of it is kept, in memory or on disk."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
# Servers and frameworks name the three differently.
Application = Callable[[Any, Any, Any], Awaitable[None]]

MB = 1024 * 1024
_HEADERS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"), (b"connection", b"close"))


def with_limits(inner: Application, *, most: int, larger: Mapping[str, int]) -> Application:
    """Answer 413 to a body above `most` bytes; `larger` names patterns of paths that take more."""
    known = [(re.compile(pattern), limit) for pattern, limit in larger.items()]

    async def application(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await inner(scope, receive, send)
            return
        path = str(scope.get("path", ""))
        limit = next((limit for pattern, limit in known if pattern.fullmatch(path)), most)
        if _declared(scope) > limit:
            await _refuse(path, limit, send)
            return
        counting = _Counting(receive, send, limit, path)
        await inner(scope, counting.receive, counting.send)

    return application


class _Counting:
    """One request's two ends. Above the limit the caller hears 413, and whoever reads the body that it broke off."""

    def __init__(self, receive: Receive, send: Send, limit: int, path: str) -> None:
        self._receive, self._send, self._limit, self._path = receive, send, limit, path
        self._seen, self._is_over, self._is_answered = 0, False, False

    async def receive(self) -> Message:
        """The next part."""
        if self._is_over:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen <= self._limit:
            return message
        self._is_over = True
        if not self._is_answered:
            await _refuse(self._path, self._limit, self._send)
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Hand an answer on, unless one was given."""
        if not self._is_over:
            self._is_answered = True
            await self._send(message)


def _declared(scope: MutableMapping[str, Any]) -> int:
    found = [value for name, value in scope["headers"] if name == b"content-length"]
    text = found[0] if found else b"0"
    return int(text) if text.isdigit() and len(text) < 19 else 0


async def _refuse(path: str, limit: int, send: Send) -> None:
    kind, body = b"text/plain; charset=utf-8", f"The body has more than {limit // MB} MB.".encode()
    if path.startswith("/api/"):
        words = {"type": "urn:cadeira:problem:too_large", "title": "The body is too large", "status": 413}
        body = json.dumps({**words, "detail": body.decode(), "errors": [], "trace_id": ""}).encode()
        kind = b"application/problem+json"
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *_HEADERS]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
