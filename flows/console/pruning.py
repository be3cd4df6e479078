"""Steps of long ago go, a batch at a time, so that nothing waits for them; the counts and the runs themselves stay."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from ops import clock
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_next
from ops.timers.registry import Due
from tenants.privacy.policy import days_of

PRUNE = "flow.prune"
# After a run has ended, where the salon has no other rule.
KEPT = timedelta(days=90)
BATCH = 5000
# So many batches are looked at in one transaction, where runs that still go on keep theirs.
LOOKS = 10
# Between two batches: others want the database too.
BREATH = timedelta(seconds=2)
# Table and when its row was written. Calls first: who reads a step may ask for its calls.
TABLES = {"flow_call": "created_at", "flow_step": "at"}


def prune(due: Sequence[Due]) -> None:
    """Take away a batch of one salon, and come again soon where there is more."""
    days = days_of("steps")
    if not days:
        return
    before = clock.now() - timedelta(days=days)
    # One by one, as each may fill the batch: what is left goes with the next.
    if remove_steps(before, BATCH) >= BATCH:
        for one in due:
            set_next(current_salon_id(), NewTimer(PRUNE, one.subject, clock.now() + BREATH, one.version))


def remove_steps(before: datetime, most: int) -> int:
    """Take away steps and calls of runs that ended before a moment; how many."""
    gone = 0
    for table in TABLES:
        gone += _prune(table, before, most - gone) if gone < most else 0
    return gone


def _prune(table: str, before: datetime, most: int) -> int:
    """How many rows of ended runs went; the oldest are looked at first, and no further than those that may go."""
    gone, after = 0, 0
    with connection.cursor() as cursor:
        for _ in range(LOOKS):
            cursor.execute(
                f"WITH looked AS (SELECT id, execution_id FROM {table} WHERE id > %s ORDER BY id LIMIT %s), "
                f"old AS (SELECT l.id, l.execution_id FROM looked l JOIN {table} t USING (id) "
                f"JOIN flow_execution e ON e.id = l.execution_id WHERE t.{TABLES[table]} < %s AND e.ended_at < %s), "
                f"gone AS (DELETE FROM {table} WHERE id IN (SELECT id FROM old) RETURNING execution_id), "
                # What the guest said stands in the variables too; where the run stood is kept for the list.
                "emptied AS (UPDATE flow_execution SET state = jsonb_build_object('at', state->'at') "
                "WHERE id IN (SELECT execution_id FROM gone) AND state ? 'variables') "
                "SELECT (SELECT count(*) FROM gone), (SELECT max(id) FROM looked), (SELECT count(*) FROM looked)",
                [after, most, before, before],
            )
            went, last, looked = cursor.fetchone()
            gone += went
            if gone >= most or looked < most or last is None:
                break
            # The look ends where rows are too young; those behind it are younger still.
            cursor.execute(
                f"SELECT {TABLES[table]} < %s FROM {table} WHERE id > %s ORDER BY id LIMIT 1", [before, last]
            )
            following = cursor.fetchone()
            if following is None or not following[0]:
                break
            after = last
    return gone
