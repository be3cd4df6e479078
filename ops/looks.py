"""Each worker process looks by itself every few seconds, from a plain thread.

A lost bell, a flushed or a dead Valkey therefore delays work and never stops it (I7). A look is a function that finds
and does what is due for a bounded time.
"""

import logging
import random
import threading

from django.db import close_old_connections
from django.utils.module_loading import import_string

log = logging.getLogger(__name__)

LOOKS = {
    "replies": ["channels_wa.inbound.drain.run", "channels_wa.outbox.dispatcher.run_replies"],
    "background": [
        "ops.timers.errands.run",
        "ops.timers.calls.run",
        "ops.timers.ticker.run",
        "ops.eventqueue.handling.run",
        "tenants.salons.opening.run",
        "tenants.accounts.post.run",
        "billing.gateways.stripe.drain.run",
        "channels_wa.outbox.dispatcher.run_campaigns",
        "channels_wa.outbox.settling.run",
        "billing.quotas.watching.run",
    ],
}
EVERY_S = 2.0

_stop = threading.Event()
_thread: threading.Thread | None = None


def start(queues: list[str]) -> None:
    """Begin to look, in a thread, for the work of these queues; called in each worker child after the fork."""
    global _thread
    paths = [path for queue in queues for path in LOOKS.get(queue, [])]
    _stop.clear()
    _thread = threading.Thread(target=_look_forever, args=(paths,), name="looks", daemon=True)
    _thread.start()


def stop() -> None:
    """Look no more; used at a worker's end."""
    _stop.set()


def look(path: str) -> None:
    """Do one look; a failure is logged and the next look tries again."""
    try:
        import_string(path)()
    except Exception:
        log.exception("look %s failed", path)
    finally:
        close_old_connections()


def _look_forever(paths: list[str]) -> None:
    # Spread over the workers, so that they do not all ask at once.
    while not _stop.wait(EVERY_S * (0.75 + random.random() / 2)):  # noqa: S311
        for path in paths:
            look(path)
