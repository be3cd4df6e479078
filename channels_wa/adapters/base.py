"""What every way to reach guests offers. To add a channel: copy a folder, and pass tests/adapters/contract.py."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from channels_wa.adapters.outcome import ErrorClass, Outcome
from channels_wa.messages.problems import Problem


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One call to make: who, what, through which number, and the words by which its statuses will name it."""

    phone_number_id: str
    token: str = field(repr=False)
    recipient_kind: str
    """phone | bsuid | parent_bsuid"""
    recipient: str
    type: str
    text: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    reply_to: str = ""
    callback_data: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """A number as the provider knows it, and the right to act through it."""

    phone_number_id: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MediaRef:
    """A file at the provider's. `url` is where a webhook said it lies; it may have expired."""

    media_id: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class OutboundFile:
    """A file to hand to the provider. `chunks` is read once, `size` is its length in bytes."""

    name: str
    mime_type: str
    size: int
    chunks: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can carry."""

    types: frozenset[str]
    longest_text: int
    has_service_window: bool
    has_typing: bool = False
    largest_media: int = 100 * 1024 * 1024


class ProviderError(Exception):
    """The provider refused something beside a message, or could not be reached."""

    def __init__(self, message: str, *, code: int | None = None, error_class: ErrorClass = ErrorClass.CONTENT) -> None:
        super().__init__(message)
        self.code, self.error_class = code, error_class

    @property
    def is_transient(self) -> bool:
        """Whether the same call may succeed later."""
        return self.error_class in _PASSES


_PASSES = frozenset({ErrorClass.TRANSIENT, ErrorClass.NOT_SENT, ErrorClass.SLOW_NUMBER})


class MediaTooLarge(Exception):
    """The file has more bytes than were asked for; what was read so far is to be thrown away."""


class MediaGone(ProviderError):
    """The provider has no such file, or not any more."""


Report = Callable[[int, Outcome], None]


def ignore(_index: int, _outcome: Outcome) -> None:
    """For callers that wait for all outcomes together."""


class ChannelAdapter(Protocol):
    """One way to reach guests. Registered by kind in adapters/__init__.py; must pass tests/adapters/contract.py."""

    kind: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    async def send_many(self, messages: Sequence[OutboundMessage], report: Report = ignore) -> list[Outcome]:
        """Make the calls side by side; the outcome of each, in order.

        `report(index, outcome)` is called once for each as soon as it is known. Never raises for a message.
        """
        ...

    async def mark_read(self, sender: Sender, wamid: str, *, typing: bool = False) -> bool:
        """Tell the guest that their message was read, and with `typing` that somebody writes; whether it was taken.

        Never raises for what the provider answers.
        """
        ...

    async def upload_media(self, sender: Sender, file: OutboundFile) -> str:
        """Hand over a file in pieces; the id under which messages may name it. Raises ProviderError."""
        ...

    def fetch_media(self, sender: Sender, ref: MediaRef, *, most_bytes: int) -> AsyncIterator[bytes]:
        """The file in pieces, never all at once. Raises MediaGone, MediaTooLarge, ProviderError while it is read."""
        ...

    def validate(self, message: OutboundMessage) -> list[Problem]:
        """What this channel cannot carry of it; asks nobody. Whether the words make sense is for outbox.content."""
        ...

    def rate_limit_key(self, message: OutboundMessage) -> str:
        """What the provider's pair limit counts: the number and the guest."""
        ...
