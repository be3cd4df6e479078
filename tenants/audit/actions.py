"""Writing the audit log, in the transaction of the act."""

from typing import Any

import structlog

from ops.salon import current_salon_id
from tenants.audit.models import AuditEntry


def record(
    action: str, *, subject: object, by: Any = None, before: Any = None, after: Any = None, ip: str | None = None
) -> None:
    """Note who did what to which subject (a public id).

    `by` is a Member, an ApiKey, or None for the system itself. Raises RuntimeError outside of a salon.
    """
    if current_salon_id() is None:
        raise RuntimeError("the audit log belongs to a salon; there is none here")
    AuditEntry.objects.create(
        action=action,
        subject=str(subject),
        actor_kind="system" if by is None else type(by).__name__.lower(),
        actor="" if by is None else str(by.public_id),
        before=before,
        after=after,
        ip=ip,
        trace_id=structlog.contextvars.get_contextvars().get("trace_id", ""),
    )
