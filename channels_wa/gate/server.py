"""The gate as a server: alone (`uvicorn channels_wa.gate.server:app`) or in front of Django (`mount`)."""

import asyncio
import gc
import hmac
import ipaddress
import json
from collections.abc import Awaitable, Callable
from functools import partial

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from channels_wa.gate.app import PATH, Gate, Receive, Scope, Send, answer, header
from channels_wa.gate.delivery import delivery_box
from channels_wa.gate.keeper import Keeper
from channels_wa.gate.metrics import EVERY_S, GateFigures
from channels_wa.gate.spool import Spool
from config.env import env
from ops.bell import ring

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# What the keeper rings once per commit: deliveries wait to be split.
BELL = "inbox"
_JSON = [(b"content-type", b"application/json")]


class Server:
    """The gate, its keeper, and what an orchestrator asks of a process. Other paths go to `inner`, if there is one."""

    def __init__(
        self, keeper: Keeper, gate: Gate, inner: Application | None = None, figures: GateFigures | None = None
    ) -> None:
        self._keeper = keeper
        self._gate = gate
        self._inner = inner
        self._figures = figures or GateFigures()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and scope["path"] == PATH:
            await self._gate(scope, receive, send)
        elif self._inner is not None:
            await self._inner(scope, receive, send)
        elif scope["type"] == "http":
            await self._about_us(scope, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self._keeper.start()
                counting = asyncio.create_task(self._count_forever())
                gc.collect()
                # What is loaded now stays for ever; without this each full collection walks it and costs a late answer.
                gc.freeze()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._keeper.stop()
                counting.cancel()
                return await send({"type": "lifespan.shutdown.complete"})

    async def _count_forever(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            self._figures.hand_over()

    async def _about_us(self, scope: Scope, send: Send) -> None:
        path = scope["path"]
        if path == "/livez":
            await answer(send, 200, b'{"status": "ok"}', headers=_JSON)
        elif path == "/readyz":
            health = self._keeper.health()
            is_ready = health["database"] == "ok" or health["spool"] != "off"
            body = {"status": "ok" if is_ready else "not ready", **health}
            await answer(send, 200 if is_ready else 503, json.dumps(body).encode(), headers=_JSON)
        elif path == "/metrics" and _may_scrape(scope):
            self._figures.hand_over()
            headers = [(b"content-type", CONTENT_TYPE_LATEST.encode())]
            await answer(send, 200, generate_latest(), headers=headers)
        else:
            await answer(send, 404)


def mount(inner: Application) -> Server:
    """The same gate in the web process, before Django, so that one process is enough for a small installation.

    `inner` gets everything but the webhook path and the lifespan.
    """
    return _server(inner)


def _server(inner: Application | None = None) -> Server:
    keeper = Keeper(
        database_url=env.database_url,
        box=delivery_box(),
        spool=Spool(env.spool_dir) if env.spool_dir else None,
        ring=partial(ring, BELL),
        figures=_figures,
    )
    gate = Gate(keeper, secrets=env.meta_app_secrets, verify_token=env.meta_verify_token, figures=_figures)
    return Server(keeper, gate, inner, _figures)


def _may_scrape(scope: Scope) -> bool:
    """Loopback, and not through a proxy; anybody else needs the token."""
    token = env.metrics_token.encode()
    if token and hmac.compare_digest(header(scope, b"authorization") or b"", b"Bearer " + token):
        return True
    host = (scope.get("client") or ("",))[0]
    is_forwarded = header(scope, b"x-forwarded-for") is not None or header(scope, b"forwarded") is not None
    try:
        return ipaddress.ip_address(host).is_loopback and not is_forwarded
    except ValueError:
        return False


_figures = GateFigures()
app = _server()
