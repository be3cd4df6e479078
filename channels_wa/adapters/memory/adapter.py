"""Meta in a list: for unit tests."""

import itertools
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import ClassVar

from channels_wa.adapters.base import (
    Capabilities,
    MediaGone,
    MediaRef,
    MediaTooLarge,
    OutboundFile,
    OutboundMessage,
    ProviderError,
    Report,
    Sender,
    ignore,
)
from channels_wa.adapters.carrying import problems_by
from channels_wa.adapters.outcome import Accepted, ErrorClass, Outcome
from channels_wa.messages.problems import Problem

PIECE = 64 * 1024
TYPES = ("text", "image", "video", "audio", "document", "sticker", "location", "contacts", "reaction", "interactive")


class MemoryAdapter:
    """Remembers what was sent, answers as told."""

    kind: ClassVar[str] = "memory"
    capabilities: ClassVar[Capabilities] = Capabilities(
        types=frozenset({*TYPES, "template"}), longest_text=4096, has_service_window=True, has_typing=True
    )

    def __init__(self) -> None:
        self.sent: list[OutboundMessage] = []
        self.answers: deque[Outcome] = deque()
        self.read: list[tuple[str, bool]] = []
        """(wamid, typing) of what was marked as read."""
        self.files: dict[str, bytes] = {}
        """By media id."""
        self._ids = itertools.count(1)

    async def send_many(self, messages: Sequence[OutboundMessage], report: Report = ignore) -> list[Outcome]:
        """Keep them, and answer what was put into `answers`, else Accepted."""
        outcomes: list[Outcome] = []
        for index, message in enumerate(messages):
            self.sent.append(message)
            outcome = self.answers.popleft() if self.answers else Accepted(f"wamid.memory.{next(self._ids)}")
            outcomes.append(outcome)
            report(index, outcome)
        return outcomes

    async def mark_read(self, sender: Sender, wamid: str, *, typing: bool = False) -> bool:
        """Remember it."""
        if not wamid:
            return False
        self.read.append((wamid, typing))
        return True

    async def upload_media(self, sender: Sender, file: OutboundFile) -> str:
        """Keep the bytes."""
        kept = b"".join([piece async for piece in file.chunks])
        if len(kept) != file.size:
            raise ProviderError("the file is not as long as it was said to be", error_class=ErrorClass.MEDIA)
        media_id = f"media.memory.{next(self._ids)}"
        self.files[media_id] = kept
        return media_id

    async def fetch_media(self, sender: Sender, ref: MediaRef, *, most_bytes: int) -> AsyncIterator[bytes]:
        """Hand back the bytes."""
        if ref.media_id not in self.files:
            raise MediaGone(ref.media_id, error_class=ErrorClass.MEDIA)
        kept = self.files[ref.media_id]
        if len(kept) > most_bytes:
            raise MediaTooLarge
        for start in range(0, len(kept), PIECE):
            yield kept[start : start + PIECE]

    def validate(self, message: OutboundMessage) -> list[Problem]:
        """By its capabilities alone."""
        return problems_by(self.capabilities, message)

    def rate_limit_key(self, message: OutboundMessage) -> str:
        """Number and guest."""
        return f"{message.phone_number_id}:{message.recipient}"

    def forget(self) -> None:
        """As new; ids go on, as they do at Meta."""
        self.sent.clear()
        self.answers.clear()
        self.read.clear()
        self.files.clear()
