"""Celery: the bells of the house. Work stands in rows; a task only says "look"."""

import gc
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

import django
from celery import Celery
from celery.signals import (
    beat_init,
    celeryd_after_setup,
    celeryd_init,
    setup_logging,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.run")
django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402

# Without Celery's own care for Django, which closes psycopg's pool around every task; Doorbell gives connections back.
app = Celery("cadeira", fixups=[])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks([config.name for config in apps.get_app_configs()])
app.autodiscover_tasks(["ops"], related_name="retention")
app.autodiscover_tasks(["ops"], related_name="accounting")

SWITCH_S = 0.0005

# Queues of this worker, for its children: they look by themselves for the same work.
_queues: list[str] = []


@setup_logging.connect
def use_our_logs(**_: Any) -> None:
    """Celery must not put its own handlers beside ours."""
    # A line for each bell, received and answered, would be most of the log; what fails is told all the same.
    quiet = logging.WARNING if settings.LOGGING["level"] == "INFO" else settings.LOGGING["level"]
    logging.getLogger("celery").setLevel(quiet)


@celeryd_after_setup.connect
def note_queues(instance: Any, **_: Any) -> None:
    """Which queues were asked for on the command line."""
    _queues[:] = list(instance.app.amqp.queues.consume_from)


@celeryd_init.connect
@beat_init.connect
def refuse(**_: Any) -> None:
    """Before any work is taken: a task that does not say for whom it acts keeps the worker from starting."""
    from django.core.management.base import SystemCheckError

    from tenants.access.doors import refuse_undeclared
    from tenants.salons.isolation import refuse_unsafe

    try:
        refuse_undeclared()
        refuse_unsafe()
    except SystemCheckError as error:
        # Celery goes on after any other error of a receiver.
        raise SystemExit(str(error)) from error


@worker_process_init.connect
def begin(**_: Any) -> None:
    """In each child after the fork: nothing of the parent's connections and threads, and the poll."""
    from django.db import connections

    from ops import bell, looks
    from ops.services.lifeline import end_with_parent

    # Drain, dispatcher and recorder hand a message on from thread to thread; 5 ms for each would be most of its way.
    sys.setswitchinterval(SWITCH_S)
    # What is loaded now stays for ever; each full collection would walk it, and hold a guest's answer up for that time.
    gc.collect()
    gc.freeze()
    # A worker that was killed must not leave children behind that work on.
    end_with_parent(signal.SIGKILL)
    # The parent's pool holds sockets that both would write to; the child opens its own.
    for connection in connections.all(initialized_only=True):
        connection.connection = None
        if hasattr(connection, "_connection_pools"):
            connection._connection_pools.clear()
    bell.forget_thread()
    looks.start(_queues)


@worker_process_shutdown.connect
def end(**_: Any) -> None:
    """Look no more; what is in flight has its lease."""
    from ops import looks

    looks.stop()


@worker_ready.connect
@beat_init.connect
def say_ready(**_: Any) -> None:
    """Tell the supervisor, which waits for this file."""
    if file := os.environ.get("WORKER_READY_FILE"):
        Path(file).touch()
