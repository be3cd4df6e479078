"""Signed deliveries as Meta would send them, at a given rate or as fast as they are taken, and the log of what got 2xx.

A plain client on asyncio protocols: a general HTTP library would take more of the two cores than the gate it measures.
"""

import asyncio
import gc
import hashlib
import hmac
import itertools
import json
import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

PATH = "/webhooks/whatsapp/"
TICK_S = 0.001
TRY_AGAIN_S = 0.05
GIVE_UP_S = 120.0


class Request(NamedTuple):
    """One delivery, ready for the wire."""

    key: str
    wire: bytes


@dataclass
class Log:
    """What the other side said: the outside's word of what it took on."""

    acked: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Seconds within which this share of the acknowledged was acknowledged."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else math.inf


@dataclass(frozen=True)
class Meta:
    """Meta, for one app and one number."""

    app_secret: str
    phone_number_id: str
    waba_id: str

    def message(self, wamid: str, sender: str, text: str = "oi") -> Request:
        """A guest's text."""
        said = {"from": sender, "id": wamid, "timestamp": str(int(time.time())), "type": "text", "text": {"body": text}}
        contact = {"wa_id": sender, "profile": {"name": f"Guest {sender[-4:]}"}}
        return self.delivery(wamid, {"contacts": [contact], "messages": [said]})

    def status(self, wamid: str, status: str, recipient: str, **more: Any) -> Request:
        """A status of a message of ours."""
        return self.delivery(f"{wamid}/{status}", {"statuses": [self.status_item(wamid, status, recipient, **more)]})

    def status_item(self, wamid: str, status: str, recipient: str, **more: Any) -> dict[str, Any]:
        """The status alone, for deliveries of many."""
        return {"id": wamid, "status": status, "timestamp": str(int(time.time())), "recipient_id": recipient, **more}

    def delivery(self, key: str, *contents: dict[str, Any]) -> Request:
        """A delivery with these changes of the number."""
        about = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "551130000000", "phone_number_id": self.phone_number_id},
        }
        changes = [{"value": {**about, **content}, "field": "messages"} for content in contents]
        whole = {"object": "whatsapp_business_account", "entry": [{"id": self.waba_id, "changes": changes}]}
        return self.signed(key, json.dumps(whole, separators=(",", ":")).encode())

    def signed(self, key: str, raw: bytes) -> Request:
        """Any bytes, signed."""
        signature = hmac.new(self.app_secret.encode(), raw, hashlib.sha256).hexdigest()
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(raw)}\r\n\r\n"
        )
        return Request(key, head.encode() + raw)


def body_of(request: Request) -> bytes:
    """The body of a request."""
    return request.wire.partition(b"\r\n\r\n")[2]


def at_rate(ports: Sequence[int], requests: Iterable[Request], per_s: float, **more: Any) -> Log:
    """Send at this rate whatever comes back (open loop); the time of each counts from when it was due."""
    with _no_collections():
        return asyncio.run(_run(ports, requests, per_s=per_s, **more))


def as_fast_as_taken(ports: Sequence[int], requests: Iterable[Request], **more: Any) -> Log:
    """Send the next when one is answered, on every connection (closed loop)."""
    with _no_collections():
        return asyncio.run(_run(ports, requests, per_s=math.inf, **more))


@contextmanager
def _no_collections() -> Iterator[None]:
    """A collection that walks 100,000 prepared requests stops this side for 150 ms and looks like a slow gate."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


async def _run(
    ports: Sequence[int],
    requests: Iterable[Request],
    *,
    per_s: float,
    connections: int = 64,
    insist: bool = False,
    going_on: Callable[[], bool] = lambda: True,
) -> Log:
    """`insist`: what is not answered 2xx is sent again until it is, as Meta does for seven days."""
    log = Log()
    free: asyncio.Queue[_Connection] = asyncio.Queue()
    for _, port in zip(range(connections), itertools.cycle(ports)):
        free.put_nowait(_Connection(port))
    due: deque[tuple[float, Request]] = deque()
    running: set[asyncio.Task[None]] = set()
    began, sent = time.perf_counter(), 0

    async def deliver(connection: _Connection, due_at: float, request: Request) -> None:
        status = await connection.ask(request.wire)
        log.statuses[status] += 1
        if 200 <= status < 300:
            log.acked.append(request.key)
            log.seconds.append(time.perf_counter() - due_at)
        elif insist and time.perf_counter() - due_at < GIVE_UP_S:
            await asyncio.sleep(TRY_AGAIN_S)
            due.append((due_at, request))
        free.put_nowait(connection)

    async def dispatch() -> None:
        while due:
            connection = await free.get()
            task = asyncio.create_task(deliver(connection, *due.popleft()))
            running.add(task)
            task.add_done_callback(running.discard)

    source = iter(requests)
    left = True
    while left and going_on():
        now = time.perf_counter()
        wanted = connections if math.isinf(per_s) else int((now - began) * per_s) - sent + 1
        for request in itertools.islice(source, max(wanted, 0)):
            due.append((now if math.isinf(per_s) else began + sent / per_s, request))
            sent += 1
            wanted -= 1
        left = wanted <= 0
        await dispatch()
        if not math.isinf(per_s):
            await asyncio.sleep(TICK_S)
    while running or due:
        await dispatch()
        if running:
            await asyncio.wait(set(running))
    for _ in range(connections):
        free.get_nowait().close()
    return log


class _Connection(asyncio.Protocol):
    """One kept connection with one request in flight; a broken one is made again by the next request."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._transport: asyncio.WriteTransport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._received = b""

    async def ask(self, wire: bytes) -> int:
        """The status, or 0 when there was none."""
        self._answer, self._received = asyncio.get_running_loop().create_future(), b""
        try:
            if self._transport is None:
                await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self._port)
            assert self._transport is not None
            self._transport.write(wire)
            async with asyncio.timeout(20):
                return await self._answer
        except (OSError, TimeoutError):
            self.close()
            return 0

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready to write."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """A part of the answer."""
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end or self._answer is None or self._answer.done():
            return
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        if len(body) >= length:
            if b"connection: close" in lines:
                self.close()
            self._answer.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side is gone."""
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(0)
