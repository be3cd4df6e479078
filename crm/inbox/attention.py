"""Conversations a person should look at: a message failed, nobody knows whether one arrived, a flow stopped."""

from collections.abc import Sequence

from django.db import connection

from ops.eventqueue.handling import Heard
from ops.live import publish_on_commit
from ops.salon import current_salon_id

REASONS = {
    "message.failed": "message_failed",
    "message.unknown": "message_unknown",
    "execution.failed": "flow_failed",
}


def on_events(events: Sequence[Heard]) -> None:
    """Mark the conversation that each event names; marking twice is marking once."""
    marks = {event.payload["conversation"]: REASONS[event.kind] for event in events if "conversation" in event.payload}
    if not marks:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversation v SET attention = new.reason "
            "FROM unnest(%s::uuid[], %s::text[]) AS new(public_id, reason) "
            "WHERE v.public_id = new.public_id RETURNING v.id",
            [list(marks), list(marks.values())],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    salon_id = current_salon_id()
    if salon_id is not None and ids:
        publish_on_commit(salon_id, "inbox", {"kind": "conversations", "messages": [], "conversations": ids})
