"""The periodic look at what Meta has."""

from datetime import timedelta
from zlib import crc32

from celery import shared_task

from channels_wa.message_templates.actions import SYNC
from channels_wa.numbers.models import Number
from ops import clock
from ops.doorbell import Doorbell
from ops.timers.actions import NewTimer, set_missing

EVERY = timedelta(hours=6)


@shared_task(base=Doorbell, queue="background")
def ask_for_syncs(**_: object) -> int:
    """Have the templates of every connected account read within the next six hours; how many accounts.

    Webhooks bring news at once; this finds what they did not.
    """
    accounts = Number.objects.filter(adapter="cloud_api", state=Number.State.ACTIVE).order_by()
    asked, now = 0, clock.now()
    by_salon: dict[int, list[NewTimer]] = {}
    for salon_id, waba_id in accounts.values_list("salon_id", "waba_id").distinct():
        # The same account always at the same place, so that all of them are spread evenly.
        wait = timedelta(seconds=crc32(f"{salon_id}:{waba_id}".encode()) % int(EVERY.total_seconds()))
        by_salon.setdefault(salon_id, []).append(NewTimer(SYNC, waba_id, now + wait))
        asked += 1
    for salon_id, timers in by_salon.items():
        set_missing(salon_id, timers)
    return asked
