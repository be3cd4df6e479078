"""The bell of the mail."""

from celery import shared_task

from ops.doorbell import Doorbell
from tenants.accounts import post


@shared_task(base=Doorbell, bell="post", queue="background")
def send(**_: object) -> int:
    """Send the mail about accounts that waits; how many."""
    return post.run()
