"""The bell of the timers."""

from celery import shared_task

from ops.doorbell import Doorbell
from ops.timers import calls, errands, ticker


@shared_task(base=Doorbell, bell="timers", queue="background")
def tick(**_: object) -> int:
    """Do what is due; how many timers."""
    errands.run()
    calls.run()
    return ticker.run()
