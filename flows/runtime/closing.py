"""A person closed a conversation: the run that listens in it ends, as nobody will answer it there any more.

One that only lets time pass goes on: "a reminder in three weeks" is wanted after the talk has ended too.
"""

from collections.abc import Sequence

from django.db import connection

from flows.runtime.running import WAIT
from ops import clock
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id
from ops.timers import actions as timers


def on_events(events: Sequence[Heard]) -> None:
    """Cancel what listens in the conversations that were closed and are not open again by now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE flow_execution e SET status = 'cancelled', listens = false, ended_at = %s, waiting_until = NULL "
            "FROM conversation v WHERE v.id = e.conversation_id AND v.closed_at IS NOT NULL AND v.id = ANY(%s) "
            "AND e.listens AND e.status IN ('running', 'waiting') RETURNING e.id",
            [clock.now(), [event.payload["conversation_id"] for event in events]],
        )
        ended = [str(row[0]) for row in cursor.fetchall()]
    timers.cancel_many(current_salon_id(), WAIT, ended)
