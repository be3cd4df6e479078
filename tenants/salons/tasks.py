"""The bell of the openings."""

from celery import shared_task

from ops.doorbell import Doorbell
from tenants.salons import opening


@shared_task(base=Doorbell, bell="openings", queue="background")
def open_asked(**_: object) -> int:
    """Open the salons that were asked for; how many."""
    return opening.run()
