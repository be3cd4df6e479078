"""A TCP proxy that a test can slow down, cut, silence or break, in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Self


class Proxy:
    """Forwards one port of loopback to another: `with Proxy(5432) as proxy:` and use `proxy.port`."""

    def __init__(self, upstream_port: int, port: int = 0) -> None:
        self.port = port
        self._upstream_port = upstream_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._latency_s = 0.0
        self._bytes_left: int | None = None
        self._half_closed = False
        self._flows = asyncio.Event()
        self.connections = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self.mend()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def mend(self) -> None:
        """Pass everything on, at once."""
        self._latency_s, self._bytes_left, self._half_closed = 0.0, None, False
        self._call(self._flows.set)
        self._wait(self._listen())

    def slow(self, seconds: float) -> None:
        """Every piece waits this long, in each direction."""
        self._latency_s = seconds

    def black_hole(self) -> None:
        """Take everything and pass nothing on, without a word."""
        self._call(self._flows.clear)

    def half_close(self) -> None:
        """What the caller says gets through; the answers do not, and the caller's side stays open."""
        self._half_closed = True

    def reset_after(self, count: int) -> None:
        """Pass this many bytes of answers on, then break the connection, each time."""
        self._bytes_left = count

    def cut(self) -> None:
        """Refuse new connections and break those there are."""
        self._wait(self._close())

    def reset(self) -> None:
        """Break the connections there are; new ones get through."""
        self._call(self._abort)

    def _call(self, change: Callable[[], None]) -> None:
        async def do() -> None:
            change()

        self._wait(do())

    def _wait(self, job: Coroutine[Any, Any, None]) -> None:
        future: Future[None] = asyncio.run_coroutine_threadsafe(job, self._loop)
        future.result(5)

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._forward, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self._abort()

    def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            there = await asyncio.open_connection("127.0.0.1", self._upstream_port)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, there[1]}
        self._writers |= pair
        pumps = self._pump(reader, there[1], answers=False), self._pump(there[0], writer, answers=True)
        await asyncio.gather(*pumps, return_exceptions=True)
        self._writers -= pair

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        passed = 0
        try:
            while data := await reader.read(65536):
                await self._flows.wait()
                if self._latency_s:
                    await asyncio.sleep(self._latency_s)
                if answers and self._half_closed:
                    continue
                if answers and self._bytes_left is not None:
                    data = data[: max(0, self._bytes_left - passed)]
                writer.write(data)
                passed += len(data)
                await writer.drain()
                if answers and self._bytes_left is not None and passed >= self._bytes_left:
                    writer.transport.abort()
                    return
        finally:
            writer.close()
