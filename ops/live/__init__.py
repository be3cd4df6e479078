"""Live views: what the browser gets the moment it is committed.

A publish may be lost (Valkey is a doorbell); the page notices a gap by the sequence number and reads again.
"""

import logging
from typing import Any

from channels.layers import get_channel_layer
from django.db import transaction

from ops import background
from ops.ids import uuid7

log = logging.getLogger(__name__)


def group(salon_id: int, topic: str) -> str:
    """The name of a group; it carries the salon, so a topic never crosses salons."""
    return f"salon.{int(salon_id)}.{topic}"


def publish(salon_id: int, topic: str, message: dict[str, Any]) -> None:
    """Send to everyone who watches this topic of this salon. Never blocks, never raises.

    `message` is JSON with a "kind"; consumers get it as {"type": "live", "message": …, "id": …}: sockets that got the
    same id may share what they make of it.
    """
    background.start(_send(group(salon_id, topic), message))


def publish_on_commit(salon_id: int, topic: str, message: dict[str, Any]) -> None:
    """The same, once the current transaction has committed."""
    transaction.on_commit(lambda: publish(salon_id, topic, message))


async def _send(name: str, message: dict[str, Any]) -> None:
    try:
        await get_channel_layer().group_send(name, {"type": "live", "message": message, "id": uuid7().hex})
    except Exception as error:
        log.warning("live message to %s lost: %s", name, error)
