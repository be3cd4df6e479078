"""The bell of the events."""

from celery import shared_task

from ops.doorbell import Doorbell
from ops.eventqueue import handling


@shared_task(base=Doorbell, bell="events", queue="background")
def handle(**_: object) -> int:
    """Bring events to those who listen; how many."""
    return handling.run()
