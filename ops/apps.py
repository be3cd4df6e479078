"""The operations layer."""

import atexit
import os

from django.apps import AppConfig
from django.db import connections
from django.db.backends.signals import connection_created


class OpsConfig(AppConfig):
    """Installs the guard against queries in the wrong schema, and how lists reach the database."""

    name = "ops"

    def ready(self) -> None:
        """Called once by Django."""
        from ops import arrays
        from ops.salon import install_guard

        connection_created.connect(install_guard, dispatch_uid="ops.salon.guard")
        arrays.register()
        atexit.register(close_pools, of=os.getpid())


def close_pools(of: int) -> None:
    """End the pools of connections of this process.

    Left to the interpreter, a pool is taken down when its threads are frozen already: one that holds the pool's lock at
    that moment is waited for for ever. A fork's copy (`of` is another process) has no threads and is left alone.
    """
    if os.getpid() != of:
        return
    for one in connections.all(initialized_only=True):
        if one.alias in one._connection_pools:  # type: ignore[attr-defined]
            one.close_pool()  # type: ignore[attr-defined]
