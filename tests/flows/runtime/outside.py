"""A program outside that flows call: it listens here, remembers what came, and answers as told."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from ops import background
from ops.safe_http import client


@dataclass
class Came:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Program:
    """`answers` are (status, body) or (status, body, headers), or None: it never answers. When used up: 200 {}."""

    port: int = 0
    came: list[Came] = field(default_factory=list)
    answers: deque[Any] = field(default_factory=deque)
    echo: bool = False
    _server: Any = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server = background.start(asyncio.start_server(self._meet, "127.0.0.1", 0)).result(5)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        background.start(client.close()).result(5)
        background.loop().call_soon_threadsafe(self._server.close)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
        self.came.append(Came(method, path, headers, body))
        answer = self.answers.popleft() if self.answers else (200, {})
        if answer is not None:
            status, content, *more = answer
            if self.echo:
                content = {"path": path, "headers": headers, "body": body, "given": content}
            raw = content if isinstance(content, bytes) else json.dumps(content).encode()
            lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(raw)}", "Content-Type: application/json"]
            lines += [f"{name}: {value}" for one in more for name, value in one.items()]
            writer.write("\r\n".join([*lines, "", ""]).encode() + raw)
            await writer.drain()
        else:
            await reader.read()
        writer.close()
