"""The gate checks, keeps, answers. It never thinks, and Django never sees it."""

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, Protocol
from urllib.parse import parse_qs

from channels_wa.gate import signature
from channels_wa.gate.keeper import Kept
from channels_wa.gate.metrics import GateFigures

PATH = "/webhooks/whatsapp/"
# Meta sends at most 3 MB.
MAX_DELIVERY_BYTES = 5 << 20
# Bodies that are still arriving, of all connections together: nobody has proved yet who sends them.
MAX_ARRIVING_BYTES = 64 << 20
ARRIVE_S = 30.0

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Keeps(Protocol):
    """What the gate asks of a keeper."""

    async def put(self, raw: bytes, signature: bytes) -> Kept | None:
        """Keep a delivery; None if that was not possible."""


class Refused(Exception):
    """The body will not be read to its end."""

    def __init__(self, status: int, result: str) -> None:
        super().__init__(result)
        self.status, self.result = status, result


class Gone(Exception):
    """The other side hung up before its body was whole."""


class Gate:
    """The webhook address of Meta as an ASGI application."""

    def __init__(
        self, keeper: Keeps, *, secrets: Sequence[str], verify_token: str, figures: GateFigures | None = None
    ) -> None:
        self._keeper = keeper
        self._secrets = signature.usable(secrets)
        # Several, separated by commas, while one takes the place of another.
        self._verify_tokens = [token.strip().encode() for token in verify_token.split(",") if token.strip()]
        self._figures = figures or GateFigures()
        self._arriving_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """POST is a delivery, GET is Meta asking whether we are who we say."""
        method = scope["method"]
        if method == "POST":
            await self.receive(scope, receive, send)
        elif method == "GET":
            await self.challenge(scope, send)
        else:
            await answer(send, 405, headers=[(b"allow", b"GET, POST")])

    async def receive(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a delivery from Meta: check it, keep it, answer."""
        began = time.perf_counter()
        try:
            raw = await self._read_body(scope, receive)
        except Refused as refusal:
            self._figures.counted(refusal.result)
            return await answer(send, refusal.status)
        except Gone:
            return self._figures.counted("gone")
        claimed = header(scope, signature.HEADER)
        if claimed is None or not signature.is_valid(raw, claimed, self._secrets):
            self._figures.counted("forged")
            return await answer(send, 403)
        # 200 promises Meta that it is ours now, so nothing is parsed before it is kept.
        kept = await self._keeper.put(raw, claimed)
        if kept is None:
            self._figures.counted("not_kept")
            return await answer(send, 503, headers=[(b"retry-after", b"5")])
        self._figures.acknowledged(time.perf_counter() - began, kept)
        return await answer(send, 200)

    async def challenge(self, scope: Scope, send: Send) -> None:
        """Meta's check of the address: the challenge goes back if the token is ours."""
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        token = asked.get("hub.verify_token", [""])[0].encode()
        challenge = asked.get("hub.challenge", [""])[0].encode()
        matches = [hmac.compare_digest(token, one) for one in self._verify_tokens]
        is_ours = any(matches)
        if asked.get("hub.mode") != ["subscribe"] or not challenge or not is_ours:
            return await answer(send, 403)
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]
        return await answer(send, 200, challenge, headers=headers)

    async def _read_body(self, scope: Scope, receive: Receive) -> bytes:
        declared = header(scope, b"content-length")
        if declared and declared.isdigit() and int(declared) > MAX_DELIVERY_BYTES:
            raise Refused(413, "too_large")
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        body: bytes = message.get("body", b"")
        if len(body) > MAX_DELIVERY_BYTES:
            raise Refused(413, "too_large")
        return await self._read_rest(body, receive) if message.get("more_body") else body

    async def _read_rest(self, body: bytes, receive: Receive) -> bytes:
        chunks, size = [body], len(body)
        self._arriving_bytes += size
        try:
            async with asyncio.timeout(ARRIVE_S):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Gone
                    chunk: bytes = message.get("body", b"")
                    chunks.append(chunk)
                    size += len(chunk)
                    self._arriving_bytes += len(chunk)
                    if size > MAX_DELIVERY_BYTES:
                        raise Refused(413, "too_large")
                    if self._arriving_bytes > MAX_ARRIVING_BYTES:
                        raise Refused(503, "overloaded")
                    if not message.get("more_body"):
                        return b"".join(chunks)
        except TimeoutError:
            raise Refused(408, "slow") from None
        finally:
            self._arriving_bytes -= size


def header(scope: Scope, name: bytes) -> bytes | None:
    """The only value of that header; None if it is missing or there are several, for then nobody knows which counts."""
    found = [value for key, value in scope["headers"] if key == name]
    return found[0] if len(found) == 1 else None


Headers = list[tuple[bytes, bytes]]
_NO_HEADERS: Headers = []


async def answer(send: Send, status: int, body: bytes = b"", *, headers: Headers = _NO_HEADERS) -> None:
    """A whole response."""
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [length, *headers]})
    await send({"type": "http.response.body", "body": body})
