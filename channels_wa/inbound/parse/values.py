"""What a message and a status are, once they are understood."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels_wa.inbound.identity import Identity

JSONObject = dict[str, Any]


class Unreadable(Exception):
    """The item goes to quarantine for this reason. The only exception of this package."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says."""

    text: str = ""
    """What the conversation shows: the guest's words, a caption, a place's name. Empty if there are none."""
    payload: JSONObject = field(default_factory=dict)
    """What is needed to show it and to work on it, by the names below; no raw JSON of Meta's envelope."""
    reply_id: str | None = None
    """The id of the button or row that the guest chose."""
    reply_title: str | None = None


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message of a guest."""

    wamid: str
    identities: tuple[Identity, ...]
    """The sender, best first; a phone may be missing."""
    profile_name: str
    username: str
    type: str
    """Meta's type; `unsupported` also for one that this release does not know."""
    is_known: bool
    """False for a type that this release does not know: kept, and shown to the operator too."""
    text: str
    payload: JSONObject
    reply_id: str | None
    reply_title: str | None
    quoted_wamid: str | None
    """The message that this one answers."""
    referral: JSONObject | None
    """The ad or post that the guest came from."""
    sent_at: datetime | None
    """Meta's seconds, for display only."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A message that the salon's phone knows: written there just now, or before the number was connected."""

    message: InboundMessage
    direction: str
    """in | out"""
    source: str
    """phone | history (channels_wa.messages.models.Source)"""
    status: str
    """What became of it, as far as the phone knows."""
    reason: str = ""
    """Why it failed, if it did."""


@dataclass(frozen=True, slots=True)
class PhonebookEntry:
    """What the phone's address book says of one person."""

    identities: tuple[Identity, ...]
    name: str
    is_removed: bool


@dataclass(frozen=True, slots=True)
class StatusError:
    """Why a message was not delivered; decide on the code."""

    code: int | None
    title: str
    details: str


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What became of one of our messages."""

    wamid: str
    status: str
    """sent | delivered | read | played | failed"""
    at: datetime | None
    recipients: tuple[Identity, ...]
    attempt: str | None
    """Our biz_opaque_callback_data, as it came back."""
    errors: tuple[StatusError, ...]
    pricing: JSONObject | None
