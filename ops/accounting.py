"""The equations of I30, checked every minute over the public tables; a difference is logged as an error and counted."""

import logging

from celery import shared_task
from django.db import connection

from ops.doorbell import Doorbell
from ops.metrics import ACCOUNTING_FAULTS

log = logging.getLogger(__name__)

# Each finds rows that must not exist; the name says what is wrong.
EQUATIONS = {
    "a split delivery whose items are not all there": """
        SELECT count(*) FROM public.delivery d
        WHERE d.split_at > clock_timestamp() - interval '10 minutes'
          AND d.items <> (SELECT count(*) FROM public.inbox_item i WHERE i.delivery_id = d.id)
    """,
    "a kept message without its row's number": """
        SELECT count(*) FROM public.inbox_item WHERE state = 'pending' AND stage = 'answer' AND message_id IS NULL
    """,
    "a send whose lease ended long ago": """
        SELECT count(*) FROM public.outbox_item
        WHERE state = 'sending' AND lease_until < clock_timestamp() - interval '5 minutes'
    """,
    "a settled send without an outcome": """
        SELECT count(*) FROM public.outbox_item WHERE state = 'settled' AND outcome = ''
    """,
}


def faults() -> dict[str, int]:
    """Equations that do not hold, with how many rows break each."""
    found = {}
    for name, sql in EQUATIONS.items():
        with connection.cursor() as cursor:
            cursor.execute(sql)
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
