"""A browser's socket to the portal, in the test's own process and transaction."""

from collections.abc import Callable, Coroutine
from typing import Any

from asgiref.sync import async_to_sync
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator

from config.sockets import socket_urls
from tests.world import Browser

ROUTER = URLRouter(socket_urls)


class Socket(WebsocketCommunicator):  # type: ignore[misc]
    """Opened by `connect`; what comes is JSON."""

    def __init__(self, browser: Browser | None, path: str, *, host: str = "aurora.cadeira.localhost:8000") -> None:
        headers = [(b"host", host.encode()), (b"origin", f"http://{host}".encode()), (b"accept-language", b"en")]
        if browser is not None:
            headers.append((b"cookie", f"__Host-session={browser.cookies['__Host-session'].value}".encode()))
        super().__init__(ROUTER, path, headers=headers)

    async def refusal(self) -> int:
        """The code it is closed with, before or right after the handshake."""
        let_in, code = await self.connect(timeout=5)
        if not let_in:
            return int(code)
        closed = await self.receive_output(timeout=5)
        return int(closed["code"])


def play(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a story; its database work is done by this thread, inside the test's transaction."""
    async_to_sync(story)()
