"""The periodic job of the watchdog."""

from celery import shared_task

from channels_wa.watchdog import timers
from ops.doorbell import Doorbell


@shared_task(base=Doorbell, queue="background")
def keep_watch(**_: object) -> int:
    """Give every connected number its timers; how many had lost them, or were new."""
    return timers.ensure_all()
