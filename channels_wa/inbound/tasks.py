"""The bell of the inbox."""

from celery import shared_task

from channels_wa.inbound import drain as draining
from ops.doorbell import Doorbell


@shared_task(base=Doorbell, bell="inbox", queue="replies")
def drain(**_: object) -> int:
    """Drain what is there, for at most five seconds; how many."""
    return draining.run_new()
