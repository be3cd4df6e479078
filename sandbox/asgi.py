"""The few lines of HTTP that a raw ASGI program needs: read a body, answer JSON."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

type_json = b"application/json; charset=utf-8"

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
JSON = dict[str, Any]

BODY_MAX = 4 * 1024 * 1024


class BodyTooLarge(Exception):
    """The request body is over BODY_MAX bytes."""


class Gone(Exception):
    """The client hung up before its body was whole."""


@dataclass(slots=True)
class Call:
    """One request: the ASGI triple and what most handlers ask of it."""

    scope: Scope
    receive: Receive
    send: Send

    @property
    def method(self) -> str:
        """GET, POST, ..."""
        return str(self.scope["method"])

    @property
    def path(self) -> str:
        """Decoded path without the query."""
        return str(self.scope["path"])

    def header(self, name: bytes) -> bytes:
        """A header's bytes (name in lower case), empty when it is missing."""
        for key, value in self.scope["headers"]:
            if key == name:
                return bytes(value)
        return b""

    def query(self) -> dict[str, str]:
        """Query parameters; the latest of equal names wins."""
        raw = self.scope["query_string"].decode("utf-8", "replace")
        return {name: values[-1] for name, values in parse_qs(raw, keep_blank_values=True).items()}

    async def body(self, most: int = BODY_MAX) -> bytes:
        """The whole body; raises BodyTooLarge or Gone."""
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise Gone
            part = message.get("body", b"")
            if not message.get("more_body") and not parts:
                if len(part) > most:
                    raise BodyTooLarge
                return bytes(part)
            parts.append(part)
            size += len(part)
            if size > most:
                raise BodyTooLarge
            if not message.get("more_body"):
                return b"".join(parts)

    async def pieces(self, most: int) -> AsyncIterator[bytes]:
        """The body as it comes; raises BodyTooLarge after `most` bytes, or Gone."""
        size, more = 0, True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise Gone
            part = message.get("body", b"")
            more = bool(message.get("more_body"))
            size += len(part)
            if size > most:
                raise BodyTooLarge
            if part:
                yield part

    @property
    def base(self) -> str:
        """How the caller reached this server: scheme, host and port."""
        host = self.header(b"host").decode("latin-1") or "127.0.0.1"
        return f"{self.scope.get('scheme', 'http')}://{host}"

    @property
    def own_base(self) -> str:
        """Where this server is, whatever name the caller has for it."""
        host, port = self.scope.get("server") or ("127.0.0.1", 80)
        everywhere = host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
        return f"{self.scope.get('scheme', 'http')}://{'127.0.0.1' if everywhere else host}:{port}"

    @property
    def token(self) -> str:
        """The access token, from the header or the query; empty without one."""
        scheme, _, token = self.header(b"authorization").partition(b" ")
        if scheme.lower() in (b"bearer", b"oauth") and token.strip():
            return token.strip().decode("latin-1")
        return self.query().get("access_token", "")

    async def answer(
        self, status: int, body: bytes, content_type: bytes = type_json, headers: Iterable[tuple[bytes, bytes]] = ()
    ) -> None:
        """Send a whole response."""
        length = str(len(body)).encode()
        await self.send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(b"content-type", content_type), (b"content-length", length), *headers],
            }
        )
        await self.send({"type": "http.response.body", "body": body})

    async def answer_json(self, value: object, status: int = 200) -> None:
        """Send a JSON response."""
        await self.answer(status, json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def loads(raw: bytes) -> Any:
    """Strict JSON: UTF-8 only, no NaN or Infinity. Raises ValueError or RecursionError."""
    return json.loads(raw.decode(), parse_constant=_refuse_constant)
