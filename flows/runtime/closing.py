"""A person closed a conversation: the run that listens in it ends, as nobody will answer it there any more.

One that only lets time pass goes on: "a reminder in three weeks" is wanted after the talk has ended too.
"""

from collections.abc import Sequence

from django.db import connection

from flows.runtime.cancelling import cancel_many
from ops.eventqueue.handling import Heard


def on_events(events: Sequence[Heard]) -> None:
    """Cancel what listens in the conversations that were closed and are not open again by now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id FROM flow_execution e JOIN conversation v ON v.id = e.conversation_id "
            "WHERE v.closed_at IS NOT NULL AND v.id = ANY(%s) AND e.listens AND e.status IN ('running', 'waiting') "
            "ORDER BY e.id FOR UPDATE OF e",
            [[event.payload["conversation_id"] for event in events]],
        )
        ended = [pk for (pk,) in cursor.fetchall()]
    cancel_many(ended, why="conversation_closed")
