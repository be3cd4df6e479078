"""The equations of I30, checked every minute over the public tables; a difference is logged as an error and counted."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db import connection

from ops import clock
from ops.doorbell import Doorbell
from ops.ids import uuid7_floor
from ops.metrics import ACCOUNTING_FAULTS

log = logging.getLogger(__name__)

# Deliveries of these minutes are counted: enough that each is counted twice, little enough at 3,300 a second.
COUNTED = timedelta(minutes=2)
# Of the newest sends so many are looked at.
NEWEST = 50_000

# Each counts rows that must not exist; the name says what is wrong. %(since)s is the oldest delivery counted.
EQUATIONS = {
    "a split delivery whose items are not all there": """
        SELECT count(*) FROM (
            SELECT d.id FROM public.delivery d LEFT JOIN public.inbox_item i ON i.delivery_id = d.id
            WHERE d.id >= %(since)s AND d.split_at IS NOT NULL
            GROUP BY d.id, d.items HAVING count(i.id) <> d.items
        ) short
    """,
    "an item of a delivery that was not split": """
        SELECT count(*) FROM public.delivery d JOIN public.inbox_item i ON i.delivery_id = d.id
        WHERE d.id >= %(since)s AND d.split_at IS NULL
    """,
    "a kept message without its row's number": """
        SELECT count(*) FROM public.inbox_item WHERE state = 'pending' AND stage = 'answer' AND message_id IS NULL
    """,
    "an item that waits without a salon": """
        SELECT count(*) FROM public.inbox_item
        WHERE state = 'pending' AND kind IN ('message', 'status') AND salon_id IS NULL
    """,
    "a send whose lease ended long ago": """
        SELECT count(*) FROM public.outbox_item
        WHERE state = 'sending' AND lease_until < clock_timestamp() - interval '5 minutes'
    """,
    "a settled send without an outcome": """
        SELECT count(*) FROM (
            SELECT state, outcome, settled_at FROM public.outbox_item ORDER BY id DESC LIMIT %(newest)s
        ) newest
        WHERE state = 'settled' AND (outcome = '' OR settled_at IS NULL)
    """,
    "a subscription that ended days ago, and whose last use may be on no bill": """
        SELECT count(*) FROM public.last_bill
        WHERE state <> 'done' AND ended_at < clock_timestamp() - interval '2 days'
    """,
}


def faults() -> dict[str, int]:
    """Equations that do not hold, with how many rows break each."""
    since = uuid7_floor((clock.real() - COUNTED).timestamp())
    found = {}
    for name, sql in EQUATIONS.items():
        with connection.cursor() as cursor:
            cursor.execute(sql, {"since": since, "newest": NEWEST})
            if count := cursor.fetchone()[0]:
                found[name] = int(count)
    return found


@shared_task(base=Doorbell, queue="background")
def check(**_: object) -> dict[str, int]:
    """Check all equations; what does not hold."""
    found = faults()
    for name, count in found.items():
        ACCOUNTING_FAULTS.labels(name).inc(count)
        log.error("accounting: %s (%s rows)", name, count)
    return found
