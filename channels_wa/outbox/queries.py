"""Reads of what is on its way that pages and the API need."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from channels_wa.messages.models import Message
from channels_wa.outbox.models import OutboxItem
from ops.salon import current_salon_id


class Waiting(NamedTuple):
    """Why a message has not left yet, and when it may go."""

    reason: str
    not_before: datetime


def waiting(messages: Iterable[Message]) -> dict[int, Waiting]:
    """Of those that wait for a reason, by the message's key; one query, none when all have left.

    The message keeps the word of the check that was asked when it was written; what holds it back since then
    (a limit, quiet hours, a stopped number) stands at its pointer.
    """
    queued = [one.pk for one in messages if one.direction == "out" and one.status == "queued"]
    if not queued:
        return {}
    rows = OutboxItem.objects.filter(salon_id=current_salon_id() or 0, message_id__in=queued, state="queued")
    return {
        message_id: Waiting(reason, not_before)
        for message_id, reason, not_before in rows.exclude(reason="").values_list("message_id", "reason", "not_before")
    }
