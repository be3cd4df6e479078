"""Rows past their time, removed in small batches so that nothing waits for them."""

from datetime import timedelta

from celery import shared_task
from django.db import connection

from ops import clock
from ops.doorbell import Doorbell

BATCH = 5000
# (table, rows that may go); `%s` is the moment before which they must have ended.
RULES = {
    "inbox_item": ("state IN ('done', 'duplicate') AND created_at < %s", timedelta(days=14)),
    "inbox_item (bad)": ("state IN ('quarantined', 'dead') AND created_at < %s", timedelta(days=30)),
    "outbox_item": ("state = 'settled' AND settled_at < %s", timedelta(days=30)),
    "event_item": ("state = 'done' AND due_at < %s", timedelta(days=7)),
    "timer": ("state = 'done' AND due_at < %s", timedelta(days=7)),
    "entry_code": ("expires_at < %s", timedelta(days=1)),
}


@shared_task(base=Doorbell, queue="background")
def prune(**_: object) -> dict[str, int]:
    """Remove one batch of each kind; how many."""
    return {name: _prune(name.partition(" ")[0], rule, clock.real() - age) for name, (rule, age) in RULES.items()}


def _prune(table: str, rule: str, before: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM public.{table} WHERE id IN (SELECT id FROM public.{table} WHERE {rule} LIMIT {BATCH})", [before]
        )
        return int(cursor.rowcount)
