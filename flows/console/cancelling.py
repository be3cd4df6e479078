"""A person ends a run that goes on."""

from django.db import connection, transaction

from flows.models import FlowExecution
from flows.runtime.running import WAIT
from ops import clock
from ops.events.actions import emit
from ops.salon import current_salon_id
from ops.timers import actions as timers
from tenants.audit import actions as audit
from tenants.members.models import Member

# A run and those inside of it end together: nobody would wait for the answer, or give it.
_FAMILY = """
WITH RECURSIVE up(id, parent_id) AS (
    SELECT id, parent_id FROM flow_execution WHERE id = %s
    UNION SELECT e.id, e.parent_id FROM flow_execution e JOIN up ON e.id = up.parent_id
), down(id) AS (
    SELECT min(id) FROM up UNION SELECT e.id FROM flow_execution e JOIN down ON e.parent_id = down.id
)
SELECT id FROM flow_execution WHERE id IN (SELECT id FROM down) AND status IN ('running', 'waiting')
ORDER BY id FOR UPDATE
"""


@transaction.atomic
def cancel(execution: FlowExecution, *, by: Member) -> bool:
    """End the run and all that belong to it; what it has sent stays sent. False where it was over already."""
    with connection.cursor() as cursor:
        cursor.execute(_FAMILY, [execution.pk])
        family = [pk for (pk,) in cursor.fetchall()]
        if execution.pk not in family:
            return False
        cursor.execute(
            "UPDATE flow_execution SET status = 'cancelled', listens = false, ended_at = %s, waiting_until = NULL, "
            "awaits = '{}' WHERE id = ANY(%s)",
            [clock.now(), family],
        )
        cursor.execute(
            "UPDATE flow_call SET state = 'failed', error = 'cancelled', done_at = %s "
            "WHERE execution_id = ANY(%s) AND state = 'pending' AND token IS NOT NULL",
            [clock.now(), family],
        )
    timers.cancel_many(current_salon_id(), WAIT, [str(pk) for pk in family])
    for public_id in FlowExecution.objects.filter(pk__in=family).values_list("public_id", flat=True):
        audit.record("execution.cancelled", subject=public_id, by=by)
        emit("execution.cancelled", subject=public_id, payload={"conversation_id": execution.conversation_id})
    return True
