"""Periodic care of what was counted."""

from datetime import timedelta
from typing import Final
from zlib import crc32

from celery import shared_task

from billing.metering import partitions
from billing.metering.reconciling import TIMER
from ops import clock
from ops.doorbell import Doorbell
from ops.timers.actions import NewTimer, set_missing
from tenants.salons.models import Salon

_DAY_S: Final = 24 * 3600


@shared_task(base=Doorbell, queue="background")
def keep_partitions(**_: object) -> dict[str, int]:
    """Make the coming months' partitions, drop the old ones."""
    return partitions.keep()


@shared_task(base=Doorbell, queue="background")
def ask_for_reconciling(**_: object) -> int:
    """Have every salon's sums compared within the next day; how many salons. No schema is visited for it."""
    now = clock.now()
    salon_ids = list(Salon.objects.filter(state=Salon.State.ACTIVE).values_list("pk", flat=True))
    for salon_id in salon_ids:
        # The same salon always at the same hour, so that all of them are spread evenly.
        wait = timedelta(seconds=crc32(f"usage:{salon_id}".encode()) % _DAY_S)
        set_missing(salon_id, [NewTimer(TIMER, "all", now + wait)])
    return len(salon_ids)
