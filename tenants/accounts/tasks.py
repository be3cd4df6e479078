"""The bell of the mail, and what accounts that were deleted left to do."""

from celery import shared_task

from ops.doorbell import Doorbell
from tenants.accounts import deleting, post


@shared_task(base=Doorbell, bell="post", queue="background")
def send(**_: object) -> int:
    """Send the mail about accounts that waits; how many."""
    return post.run()


@shared_task(base=Doorbell, queue="background")
def write_ledger(**_: object) -> int:
    """Write the ledger's entries of deleted accounts that were not written at once; how many."""
    return deleting.write_late()
