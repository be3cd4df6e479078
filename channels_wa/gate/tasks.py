"""Periodic care of the deliveries."""

from celery import shared_task

from channels_wa.gate import partitions
from ops.doorbell import Doorbell


@shared_task(base=Doorbell, queue="background")
def keep_partitions(**_: object) -> dict[str, int]:
    """Make the coming days' partitions, drop the old ones."""
    return partitions.keep()
