"""/livez, /readyz and /metrics as a layer around an ASGI application: they answer under any Host."""

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from config.env import env
from ops import health

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
_LOOPBACK = ("127.0.0.1", "::1")


def with_probes(inner: Application) -> Application:
    """Answer the probes here and hand everything else on."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path") if scope["type"] == "http" else None
        if path in ("/livez", "/livez/"):
            await _answer(send, 200, b'{"status": "ok"}', b"application/json")
        elif path in ("/readyz", "/readyz/"):
            ready, parts = await sync_to_async(_closing(health.readiness), thread_sensitive=False)()
            await _answer(send, 200 if ready else 503, health.body(ready, parts), b"application/json")
        elif path in ("/metrics", "/metrics/"):
            await _metrics(scope, send)
        else:
            await inner(scope, receive, send)

    return application


async def _metrics(scope: Scope, send: Send) -> None:
    if not _may_read_metrics(scope):
        await _answer(send, 403, b"", b"text/plain")
        return
    page = await sync_to_async(_closing(health.metrics_page), thread_sensitive=False)()
    await _answer(send, 200, page, b"text/plain; version=0.0.4; charset=utf-8")


def _may_read_metrics(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    given = headers.get(b"authorization", b"").removeprefix(b"Bearer ")
    if env.metrics_token and hmac.compare_digest(given, env.metrics_token.encode()):
        return True
    # A proxy on this machine is on loopback too; what it passes on is not.
    return (scope.get("client") or ("",))[0] in _LOOPBACK and b"x-forwarded-for" not in headers


def _closing(read: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        try:
            return read()
        finally:
            close_old_connections()

    return run


async def _answer(send: Send, status: int, body: bytes, kind: bytes) -> None:
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
