"""Salons that come, and those that go."""

from celery import shared_task

from ops.doorbell import Doorbell
from tenants.salons import opening, removing


@shared_task(base=Doorbell, bell="openings", queue="background")
def open_asked(**_: object) -> int:
    """Open the salons that were asked for; how many."""
    return opening.run()


@shared_task(base=Doorbell, queue="background")
def remove_closed(**_: object) -> int:
    """Remove one closed salon whose time is over; how many."""
    return removing.remove_next()
