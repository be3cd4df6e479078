"""Periodic jobs of privacy."""

from datetime import timedelta
from zlib import crc32

from celery import shared_task

from ops import clock
from ops.doorbell import Doorbell
from ops.timers.actions import NewTimer, set_missing
from tenants.privacy.retention import KEEP
from tenants.salons.models import Salon

EVERY = timedelta(days=1)


@shared_task(base=Doorbell, queue="background")
def ask_for_retention(**_: object) -> int:
    """Have every salon's rules kept within the next day; how many salons. No schema is visited for it."""
    now = clock.now()
    salon_ids = list(Salon.objects.filter(state=Salon.State.ACTIVE).values_list("pk", flat=True))
    for salon_id in salon_ids:
        # The same salon always at the same hour, so that all of them are spread evenly.
        wait = timedelta(seconds=crc32(f"privacy:{salon_id}".encode()) % int(EVERY.total_seconds()))
        set_missing(salon_id, [NewTimer(KEEP, "all", now + wait)])
    return len(salon_ids)
