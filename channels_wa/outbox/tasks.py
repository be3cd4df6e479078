"""The bells of the outbox."""

from typing import Any

from celery import shared_task
from celery.signals import worker_process_shutdown

from channels_wa.outbox import dispatcher, settling
from ops.doorbell import Doorbell


@shared_task(base=Doorbell, bell="replies", queue="replies")
def dispatch_replies(**_: object) -> int:
    """Send answers: this worker's dispatcher looks at once."""
    return dispatcher.run_replies()


@shared_task(base=Doorbell, bell="campaigns", queue="background")
def dispatch_campaigns(**_: object) -> int:
    """Send reminders and campaigns: this worker's dispatcher looks at once."""
    return dispatcher.run_campaigns()


@shared_task(base=Doorbell, queue="background")
def settle(**_: object) -> int:
    """Settle what nobody knows; how many."""
    return settling.run()


@worker_process_shutdown.connect
def stop(**_: Any) -> None:
    """A worker that ends waits for the answers of its calls."""
    dispatcher.stop()
