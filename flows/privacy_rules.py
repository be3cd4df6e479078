"""How long runs of flows are kept."""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from flows.console.pruning import KEPT, remove_steps
from tenants.privacy.rules import Rule


def _steps(before: datetime, most: int, _how: str) -> int:
    return remove_steps(before, most)


def _runs(before: datetime, most: int, _how: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM flow_execution e WHERE ended_at < %s AND NOT EXISTS "
            "(SELECT 1 FROM flow_execution o WHERE o.parent_id = e.id AND o.ended_at IS NULL) ORDER BY id LIMIT %s",
            [before, most],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
        for table in ("flow_call", "flow_step"):
            cursor.execute(f"DELETE FROM {table} WHERE execution_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM flow_execution WHERE id = ANY(%s)", [ids])
        return int(cursor.rowcount)


RETENTION = [
    Rule(
        "steps",
        _("Steps and calls of flows"),
        _("Of runs that have ended; the runs stay in the list."),
        KEPT.days,
        _steps,
        least=7,
        at_once=5000,
        order=30,
    ),
    Rule(
        "runs",
        _("Runs of flows"),
        _("That have ended, with all of their steps; the counts stay."),
        730,
        _runs,
        least=30,
        order=31,
    ),
]
