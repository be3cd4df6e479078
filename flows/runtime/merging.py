"""What of the flows goes over when two contacts are one person (crm.contacts.merging)."""

from django.db import connection

from crm.contacts.merging import Merge
from flows.runtime.running import WAIT
from ops import clock
from ops.salon import current_salon_id
from ops.timers import actions as timers


def move(merge: Merge) -> Merge:
    """The runs. Where two listen to the same person over one number, the one of the talk that goes on stays."""
    with connection.cursor() as cursor:
        for old, new in merge.conversations.items():
            cursor.execute(
                "UPDATE flow_execution e SET status = 'cancelled', listens = false, ended_at = %s, "
                "waiting_until = NULL WHERE e.conversation_id = %s AND e.listens "
                "AND EXISTS (SELECT 1 FROM flow_execution o WHERE o.conversation_id = %s AND o.listens) RETURNING e.id",
                [clock.now(), old, new],
            )
            timers.cancel_many(current_salon_id(), WAIT, [str(pk) for (pk,) in cursor.fetchall()])
            cursor.execute(
                "UPDATE flow_execution SET conversation_id = %s WHERE contact_id = ANY(%s) AND conversation_id = %s",
                [new, [merge.kept, merge.gone], old],
            )
        cursor.execute("UPDATE flow_execution SET contact_id = %s WHERE contact_id = %s", [merge.kept, merge.gone])
    return merge
