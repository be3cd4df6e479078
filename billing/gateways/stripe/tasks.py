"""The bells of Stripe's events."""

import logging
import threading

from celery import shared_task
from django.db import close_old_connections

from billing.gateways.port import GatewayAway, GatewayRefused
from billing.gateways.stripe import drain as draining
from billing.gateways.stripe import forgetting, reconciling
from config.env import env
from ops.doorbell import Doorbell

log = logging.getLogger(__name__)


@shared_task(base=Doorbell, bell="stripe", queue="background")
def drain(**_: object) -> int:
    """Let what was told take effect, and ask for whom nobody asked today."""
    return draining.run()


@shared_task(base=Doorbell, queue="background")
def catch_up(**_: object) -> None:
    """Look for events that were never told; in a thread of its own, as Stripe may be slow."""
    if env.stripe_secret_key:
        threading.Thread(target=_catch_up, name="stripe-events", daemon=True).start()


@shared_task(base=Doorbell, queue="background")
def forget_old(**_: object) -> dict[str, int]:
    """Remove copies that are past their time; how many of each table."""
    return forgetting.forget()


def _catch_up() -> None:
    try:
        reconciling.catch_up()
    except (GatewayAway, GatewayRefused) as error:
        log.warning("Stripe's events could not be listed: %s", error)
    finally:
        close_old_connections()
