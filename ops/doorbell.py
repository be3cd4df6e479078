"""What every Celery task of the house is: a bell that says "look"."""

import uuid
from typing import Any

import structlog
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
        from ops.ledger import opening

        if self.bell:
            answered(self.bell)
        if opening.is_shut():
            return None  # a restored database does nothing before it was told whom to forget
        try:
            with structlog.contextvars.bound_contextvars(trace_id=uuid.uuid4().hex):
                return super().__call__(*args, **kwargs)
        finally:
            # Back to the pool; the next bell takes it from there.
            close_old_connections()
