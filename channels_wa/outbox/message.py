"""What callers hand in, and what they get back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from channels_wa.outbox.models import OutboxItem

Lane = OutboxItem.Lane

AT_MOST_ONCE = "at_most_once"
AT_LEAST_ONCE = "at_least_once"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to send. `payload` is what the adapter needs beside `text`: buttons, rows, a template."""

    contact_id: int
    conversation_id: int
    number_id: int
    recipient_kind: str
    """phone | bsuid | parent_bsuid"""
    recipient: str
    type: str = "text"
    text: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    purpose: str = "reply"
    """reply | service | reminder | marketing"""
    certainty: str = AT_MOST_ONCE
    lane: int = Lane.REPLY
    dedupe_key: str | None = None
    """The same key in a salon is the same message: the second enqueue writes nothing."""
    reply_to: str = ""
    """The wamid that it answers."""
    execution_id: int | None = None
    member_id: int | None = None
    send_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What became of one NewMessage; `status` is queued or cancelled (then `reason` says why)."""

    item_id: int
    message_id: int
    public_id: UUID
    conversation_id: int
    type: str
    text: str
    status: str
    reason: str
    at: datetime
    is_new: bool = True
    """False where the dedupe key named a message that stood already; then the fields are that message's ids."""
