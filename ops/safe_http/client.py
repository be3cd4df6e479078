"""Asking: each connection goes to an address that was checked, and nothing comes back without end."""

import asyncio
import os
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from ops.safe_http.address import PORTS, BadAddress, Forbidden, Target, check_address
from ops.safe_http.networks import is_public

PIECE = 64 * 1024
# More than the calls of flows take (ops.timers.calls): files and webhooks find room beside them.
AT_ONCE = 160
AT_ONCE_PER_HOST = 8
LONGEST_LINE = 8190
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What another host must not learn.
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})


class Failed(Exception):
    """There was no readable answer."""


class TooLarge(Failed):
    """The answer has more bytes than were asked for."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of an answer, and how long."""

    most_bytes: int = 1024 * 1024
    total_s: float = 10.0
    connect_s: float = 5.0
    idle_s: float = 10.0
    redirects: int = 0
    ports: frozenset[int] = frozenset(PORTS.values())


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; its body is read once, in pieces."""

    status: int
    headers: Mapping[str, str]
    url: str
    _response: aiohttp.ClientResponse
    _most_bytes: int

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body. Raises TooLarge, Failed."""
        if (self._response.content_length or 0) > self._most_bytes:
            raise TooLarge("it says that it is larger than what is taken")
        seen = 0
        with _Failing():
            async for piece in self._response.content.iter_chunked(PIECE):
                seen += len(piece)
                if seen > self._most_bytes:
                    raise TooLarge("it is larger than what is taken")
                yield piece

    async def read(self) -> bytes:
        """The whole body. Raises TooLarge, Failed."""
        return b"".join([piece async for piece in self.pieces()])


@asynccontextmanager
async def opened(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | AsyncIterator[bytes] | None = None,
    limits: Limits | None = None,
) -> AsyncIterator[Answer]:
    """Ask an address from outside; its body is read inside the block.

    Raises BadAddress, Forbidden, Failed. Redirects are followed for GET and HEAD, as many as `limits` allow; each is
    judged like the first.
    """
    limits, sent = limits or Limits(), dict(headers or {})
    sent.setdefault("Accept-Encoding", "identity")  # what is packed small could unpack without end
    target, left = check_address(url, ports=limits.ports), limits.redirects
    async with _places():
        until = time.monotonic() + limits.total_s
        while True:
            response = await _ask(target, method, sent, body, replace(limits, total_s=until - time.monotonic()))
            try:
                where = _next(response, method) if left else None
                if where is None:
                    yield Answer(response.status, response.headers, str(response.url), response, limits.most_bytes)
                    return
            finally:
                response.close()
            left -= 1
            target, sent = _follow(target, where, sent, limits)
            if time.monotonic() >= until:
                raise Failed("it took too long")


async def _ask(
    target: Target, method: str, headers: Mapping[str, str], body: Any, limits: Limits
) -> aiohttp.ClientResponse:
    token = _may_be_anywhere.set(target.is_allowed)
    try:
        with _Failing():
            return await _session().request(
                method,
                target.url,
                headers=headers,
                data=body,
                allow_redirects=False,
                ssl=_tls or True,
                timeout=aiohttp.ClientTimeout(total=limits.total_s, connect=limits.connect_s, sock_read=limits.idle_s),
            )
    finally:
        _may_be_anywhere.reset(token)


def _next(response: aiohttp.ClientResponse, method: str) -> str | None:
    if response.status not in _REDIRECTS or method not in ("GET", "HEAD"):
        return None
    return response.headers.get("Location")


def _follow(before: Target, where: str, headers: Mapping[str, str], limits: Limits) -> tuple[Target, dict[str, str]]:
    try:
        joined = before.url.join(URL(where, encoded=where.isascii()))
    except (ValueError, IndexError) as error:
        raise BadAddress(str(error)[:200]) from None
    target = check_address(str(joined), ports=limits.ports)
    if before.url.scheme == "https" and target.url.scheme != "https":
        raise Forbidden("a redirect away from https")
    if target.url.origin() == before.url.origin():
        return target, dict(headers)
    return target, {name: value for name, value in headers.items() if name.lower() not in _SECRET_HEADERS}


# --- connections --------------------------------------------------------------------------------------------------

Lookup = Callable[[str, int], Awaitable[list[str]]]
_may_be_anywhere: ContextVar[bool] = ContextVar("safe_http_allowed", default=False)


async def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system finds them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(row[4][0]) for row in found]


class CheckedNames(AbstractResolver):
    """Resolves, and refuses a name of which any address is not public: one that has both is playing."""

    def __init__(self, lookup: Lookup | None = None) -> None:
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """What aiohttp connects to, in this order and no other."""
        addresses = list(dict.fromkeys(await (self._lookup or look_up)(host, port)))
        if not _may_be_anywhere.get() and not all(is_public(one) for one in addresses):
            raise Forbidden("the name leads to an address that is not public")
        return [
            ResolveResult(
                hostname=host,
                host=one,
                port=port,
                family=socket.AF_INET6 if ":" in one else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for one in addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


def checked_socket(info: Any) -> socket.socket:
    """A socket for exactly this address. The last word: whatever led here, no packet leaves to what is not public."""
    family, kind, proto, _name, address = info
    if not _may_be_anywhere.get() and not is_public(str(address[0])):
        raise Forbidden("an address that is not public")
    return socket.socket(family, kind, proto)


_here: tuple[int, asyncio.AbstractEventLoop] | None = None
_open: aiohttp.ClientSession | None = None
# Whom to trust; the system's authorities unless a test brings its own.
_tls: ssl.SSLContext | None = None
_room: asyncio.Semaphore | None = None


def _session() -> aiohttp.ClientSession:
    global _here, _open, _room
    here = (os.getpid(), asyncio.get_running_loop())
    if _open is None or _here != here or _open.closed:
        _here, _room = here, asyncio.Semaphore(AT_ONCE)
        _open = new_session()
    return _open


async def close() -> None:
    """End the session of this loop; the next call opens a new one."""
    global _open
    if _open is not None:
        await _open.close()
    _open = None


def new_session(lookup: Lookup | None = None) -> aiohttp.ClientSession:
    """A session whose connections are checked; tests give it names of their own."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=AT_ONCE,
            limit_per_host=AT_ONCE_PER_HOST,
            use_dns_cache=False,
            resolver=CheckedNames(lookup),
            socket_factory=checked_socket,
            # A connection that may be anywhere must not be found by a later call that may not.
            force_close=True,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        max_line_size=LONGEST_LINE,
        max_field_size=LONGEST_LINE,
    )


@asynccontextmanager
async def _places() -> AsyncIterator[None]:
    _session()
    assert _room is not None  # noqa: S101 - made with the session
    async with _room:
        yield


class _Failing:
    """Turns whatever goes wrong on the wire into Failed, with its kind only: a text could carry an address's secret."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, Forbidden | Failed) or error is None:
            return
        for cause in (error.__cause__, error.__context__):
            if isinstance(cause, Forbidden):
                raise cause from None
        if isinstance(error, aiohttp.ClientError | TimeoutError | OSError | ValueError):
            raise Failed(type(error).__name__) from None
