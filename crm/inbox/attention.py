"""Conversations a person should look at: a message failed, nobody knows whether one arrived, a flow stopped."""

from collections.abc import Sequence

from django.db import connection

from crm.inbox.live import tell_changed
from ops.eventqueue.handling import Heard

REASONS = {
    "message.failed": "message_failed",
    "message.unknown": "message_unknown",
    "execution.failed": "flow_failed",
}


def on_events(events: Sequence[Heard]) -> None:
    """Mark the conversation that each event names; marking twice is marking once."""
    marks = {event.payload["conversation_id"]: REASONS[event.kind] for event in events}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversation v SET attention = new.reason "
            "FROM unnest(%s::bigint[], %s::text[]) AS new(id, reason) WHERE v.id = new.id",
            [list(marks), list(marks.values())],
        )
    tell_changed(marks)
