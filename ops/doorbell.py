"""What every Celery task of the house is: a bell that says "look"."""

from typing import Any

from celery import Task
from django.db import close_old_connections


class Doorbell(Task):  # type: ignore[misc]
    """A task without content: bounded, safe to ring twice, keywords only.

    `permission` names by which right it acts, as every door does; bells act for the system.
    """

    permission = "system"
    typing = False
    ignore_result = True
    bell: str | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Reset the bell first, so that work arriving from now on rings anew."""
        from ops.bell import answered

        if self.bell:
            answered(self.bell)
        try:
            return super().__call__(*args, **kwargs)
        finally:
            # Back to the pool; the next bell takes it from there.
            close_old_connections()
