"""What every way to reach guests offers. To add a channel: copy a folder, and pass tests/adapters/contract.py."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from channels_wa.adapters.outcome import Outcome


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One call to make: who, what, through which number, and the words by which its statuses will name it."""

    phone_number_id: str
    token: str
    recipient_kind: str
    """phone | bsuid | parent_bsuid"""
    recipient: str
    type: str
    text: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    reply_to: str = ""
    callback_data: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can carry."""

    types: frozenset[str]
    longest_text: int
    has_service_window: bool


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

    def rate_limit_key(self, message: OutboundMessage) -> str:
        """What the provider's pair limit counts: the number and the guest."""
        ...
