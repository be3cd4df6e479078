"""WhatsApp by Meta's Cloud API: one aiohttp session for each process and loop."""

import asyncio
import os
from collections.abc import Sequence
from typing import ClassVar

import aiohttp

from channels_wa.adapters.base import Capabilities, OutboundMessage, Report, ignore
from channels_wa.adapters.cloud_api import answer, body
from channels_wa.adapters.outcome import ErrorClass, Outcome, Rejected, Unknown
from config.env import env

# Under the lease of an attempt, so that an answer is recorded by its owner.
CALL_TIMEOUT_S = 20.0
CONNECT_TIMEOUT_S = 5.0
# Shorter than servers keep idle connections: a call on one that is just being closed would end as "unknown".
KEEP_IDLE_S = 4.0
_JSON = "application/json"


class CloudApiAdapter:
    """Meta's Cloud API, or whatever WHATSAPP_GRAPH_URL points to."""

    kind: ClassVar[str] = "cloud_api"
    capabilities: ClassVar[Capabilities] = Capabilities(
        types=frozenset(
            {"text", "image", "video", "audio", "document", "sticker", "location", "contacts", "reaction",
             "interactive", "template"}
        ),
        longest_text=4096,
        has_service_window=True,
    )  # fmt: skip

    def __init__(self, base_url: str | None = None, *, call_timeout_s: float = CALL_TIMEOUT_S) -> None:
        self._base_url, self._call_timeout_s = base_url, call_timeout_s
        self._session: aiohttp.ClientSession | None = None
        self._owner: tuple[int, asyncio.AbstractEventLoop] | None = None

    async def send_many(self, messages: Sequence[OutboundMessage], report: Report = ignore) -> list[Outcome]:
        """POST them side by side."""
        session = self._session_here()

        async def one(index: int, message: OutboundMessage) -> Outcome:
            outcome = await self._send(session, message)
            report(index, outcome)
            return outcome

        if len(messages) == 1:
            return [await one(0, messages[0])]
        return list(await asyncio.gather(*(one(index, message) for index, message in enumerate(messages))))

    def rate_limit_key(self, message: OutboundMessage) -> str:
        """Number and guest, as Meta counts them."""
        return f"{message.phone_number_id}:{message.recipient.lstrip('+')}"

    async def close(self) -> None:
        """End the session; the next call opens a new one."""
        if self._session is not None:
            await self._session.close()
        self._session = self._owner = None

    async def _send(self, session: aiohttp.ClientSession, message: OutboundMessage) -> Outcome:
        try:
            encoded = body.encode(message)
            url = self._url(message.phone_number_id)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return Rejected(None, ErrorClass.CONTENT, f"the message cannot be written: {error!r}")
        headers = {"Authorization": f"Bearer {message.token}", "Content-Type": _JSON}
        try:
            # A redirect would carry the token to another host.
            async with session.post(url, data=encoded, headers=headers, allow_redirects=False) as response:
                return answer.read(response.status, await response.read(), response.headers)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # The connection was never made, so nothing can have left.
            return Rejected(None, ErrorClass.NOT_SENT, f"{type(error).__name__}: {error}"[:300])
        except aiohttp.InvalidURL as error:
            return Rejected(None, ErrorClass.CONTENT, f"no such address: {error}"[:300])
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Unknown(f"{type(error).__name__} after the call began")

    def _url(self, phone_number_id: str) -> str:
        base = self._base_url or env.whatsapp_graph_url
        return f"{base.rstrip('/')}/{env.whatsapp_graph_version}/{phone_number_id}/messages"

    def _session_here(self) -> aiohttp.ClientSession:
        here = (os.getpid(), asyncio.get_running_loop())
        if self._session is None or self._owner != here:
            self._session = aiohttp.ClientSession(
                # The default of 100 connections caps a process at 1,250 sends/s with an 80 ms provider.
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_IDLE_S, ttl_dns_cache=60),
                timeout=aiohttp.ClientTimeout(total=self._call_timeout_s, connect=CONNECT_TIMEOUT_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=True,
            )
            self._owner = here
        return self._session
