"""Telling what became of messages: events for those who listen, live news for those who look."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ops.events.actions import NewEvent, emit_many, handlers_of
from ops.live import publish_on_commit


@dataclass(frozen=True, slots=True)
class Change:
    """A message that is shown otherwise from now on."""

    message_id: int
    public_id: UUID
    conversation_id: int
    status: str
    reason: str = ""
    # What handlers may want beside: code and class of an error.
    more: dict[str, Any] = field(default_factory=dict)
    # False while it may still turn out otherwise by itself.
    is_settled: bool = True


def tell(salon_id: int, changes: Sequence[Change]) -> None:
    """Write the events and publish after the commit; called inside the salon, in the transaction of the change."""
    if not changes:
        return
    emit_many(
        [
            NewEvent(
                kind,
                change.public_id,
                {"conversation_id": change.conversation_id, "reason": change.reason, **change.more},
            )
            for change in changes
            # A message that is sent is nothing new to anyone who did not ask: most rows would be read by nobody.
            if change.is_settled and handlers_of(kind := f"message.{change.status}")
        ]
    )
    publish_on_commit(
        salon_id,
        "inbox",
        {
            "kind": "statuses",
            "messages": [change.message_id for change in changes],
            "conversations": sorted({change.conversation_id for change in changes}),
        },
    )
