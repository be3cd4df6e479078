"""The bell of use, and the look at what stays."""

from datetime import timedelta
from typing import Final
from zlib import crc32

from celery import shared_task

from billing.quotas import watching
from billing.quotas.names import GAUGES_TIMER
from ops import clock
from ops.doorbell import Doorbell
from ops.timers.actions import NewTimer, set_missing
from tenants.salons.models import Salon

EVERY_S: Final = 6 * 3600


@shared_task(base=Doorbell, bell="usage", queue="background")
def watch(**_: object) -> int:
    """See what was used, tell who comes close to a limit, and squash; how many rows."""
    return watching.run()


@shared_task(base=Doorbell, queue="background")
def ask_for_gauges(**_: object) -> int:
    """Have what stays counted in every salon within the next hours; how many salons. No schema is visited for it."""
    now = clock.now()
    salon_ids = list(Salon.objects.filter(state=Salon.State.ACTIVE).values_list("pk", flat=True))
    for salon_id in salon_ids:
        wait = timedelta(seconds=crc32(f"gauges:{salon_id}".encode()) % EVERY_S)
        set_missing(salon_id, [NewTimer(GAUGES_TIMER, "all", now + wait)])
    return len(salon_ids)
