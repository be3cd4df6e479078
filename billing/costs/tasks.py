"""The periodic squash."""

from celery import shared_task

from billing.costs import totals
from ops.doorbell import Doorbell


@shared_task(base=Doorbell, queue="background")
def squash(**_: object) -> int:
    """Keep the sums short."""
    return totals.squash()
