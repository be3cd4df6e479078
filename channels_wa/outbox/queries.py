"""Reads of what is on its way that pages and the API need."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from channels_wa.messages.models import Message
from channels_wa.outbox.models import OutboxItem
from ops import clock
from ops.salon import current_salon_id


class Waiting(NamedTuple):
    """Why a message has not left yet, and when it may go."""

    reason: str
    not_before: datetime
    is_scheduled: bool = False
    """It waits for nothing but the moment somebody chose."""


def waiting(messages: Iterable[Message]) -> dict[int, Waiting]:
    """Of those that wait for a reason or a moment that was chosen, by the message's key; one query, or none.

    The message keeps the word of the check that was asked when it was written; what holds it back since then
    (a limit, quiet hours, a stopped number) stands at its pointer.
    """
    queued = [one.pk for one in messages if one.direction == "out" and one.status == "queued"]
    if not queued:
        return {}
    rows = OutboxItem.objects.filter(salon_id=current_salon_id() or 0, message_id__in=queued, state="queued")
    held = rows.filter(~Q(reason="") | Q(attempts=0, not_before__gt=clock.now()))
    return {
        message_id: Waiting(reason, not_before, is_scheduled=not reason)
        for message_id, reason, not_before in held.values_list("message_id", "reason", "not_before")
    }
