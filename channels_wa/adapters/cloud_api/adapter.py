"""WhatsApp by Meta's Cloud API."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import ClassVar

import aiohttp

from channels_wa.adapters.base import (
    Capabilities,
    MediaGone,
    MediaRef,
    OutboundFile,
    OutboundMessage,
    ProviderError,
    Report,
    Sender,
    ignore,
)
from channels_wa.adapters.carrying import problems_by
from channels_wa.adapters.cloud_api import answer, body
from channels_wa.adapters.cloud_api.graph import GraphClient, GraphError
from channels_wa.adapters.cloud_api.session import SessionKeeper
from channels_wa.adapters.outcome import ErrorClass, Outcome, Rejected, Unknown
from channels_wa.messages.problems import Problem
from config.env import env

# Under the lease of an attempt, so that an answer is recorded by its owner.
CALL_TIMEOUT_S = 20.0
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
        has_typing=True,
    )  # fmt: skip

    def __init__(self, base_url: str | None = None, *, call_timeout_s: float = CALL_TIMEOUT_S) -> None:
        self._base_url = base_url
        self._sessions = SessionKeeper(call_timeout_s)

    async def send_many(self, messages: Sequence[OutboundMessage], report: Report = ignore) -> list[Outcome]:
        """POST them side by side."""
        session = self._sessions.here()

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

    async def mark_read(self, sender: Sender, wamid: str, *, typing: bool = False) -> bool:
        """Ends Meta's blue ticks' wait; typing shows for 25 s or until the answer (WHATSAPP.md §2)."""
        try:
            answered = await self._graph(sender).call(
                "POST", f"{sender.phone_number_id}/messages", body=body.read_mark(wamid, typing=typing)
            )
        except ProviderError:
            return False
        return answered.get("success") is True

    async def upload_media(self, sender: Sender, file: OutboundFile) -> str:
        """POST /{phone_number_id}/media; the id lives 30 days."""
        fields = {"messaging_product": "whatsapp", "type": file.mime_type}
        answered = await self._graph(sender).upload(f"{sender.phone_number_id}/media", fields, file)
        media_id = answered.get("id")
        if not isinstance(media_id, str | int) or not str(media_id):
            raise ProviderError("WhatsApp took the file without naming it.", error_class=ErrorClass.TRANSIENT)
        return str(media_id)

    async def fetch_media(self, sender: Sender, ref: MediaRef, *, most_bytes: int) -> AsyncIterator[bytes]:
        """By the address from the webhook where it still works (5 min), else by a new one."""
        graph = self._graph(sender)
        if ref.url and graph.is_metas(ref.url):
            stream = graph.download(ref.url, most_bytes=most_bytes)
            try:
                first = await anext(stream)
            except StopAsyncIteration:
                return
            except ProviderError:
                pass  # an address that has expired answers in many ways; a new one decides
            else:
                yield first
                async for piece in stream:
                    yield piece
                return
        url = await self._address(graph, sender, ref)
        async for piece in graph.download(url, most_bytes=most_bytes):
            yield piece

    def validate(self, message: OutboundMessage) -> list[Problem]:
        """What Meta does not know, and what its body cannot be made of."""
        found = problems_by(self.capabilities, message)
        if not found:
            try:
                body.encode(message)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                found.append(Problem(message.type, str(error)))
        return found

    async def close(self) -> None:
        """End the session; the next call opens a new one."""
        await self._sessions.close()

    async def _address(self, graph: GraphClient, sender: Sender, ref: MediaRef) -> str:
        try:
            told = await graph.call("GET", ref.media_id, params={"phone_number_id": sender.phone_number_id})
        except GraphError as error:
            if error.status == 404 or error.code == 100:
                raise MediaGone(str(error), code=error.code, error_class=ErrorClass.MEDIA) from None
            raise
        url = told.get("url")
        if not isinstance(url, str):
            raise MediaGone("WhatsApp named no address for the file.", error_class=ErrorClass.MEDIA)
        return url

    def _graph(self, sender: Sender) -> GraphClient:
        return GraphClient(sender.token, base_url=self._base_url)

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
