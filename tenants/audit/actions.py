"""Writing the audit log, in the transaction of the act.

Callers say what and who. Address, trace, the name at that time and the operator behind an act are known from the door
it came by (tenants.audit.context). `before` and `after` are small plain values: no secrets, no texts of messages,
phones masked.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import structlog

from ops.salon import current_salon_id
from tenants.audit.context import acting
from tenants.audit.models import AuditEntry

_OPERATOR = "operator"
# Whose name stands in the log; guests are asked of their own rows, which can be erased.
_NAMED = frozenset({"member", "apikey", _OPERATOR})
_LONGEST_NAME, _LONGEST_REASON = 120, 200
_AT_ONCE = 1000


class Line(NamedTuple):
    """One of several acts that are noted together."""

    subject: object
    before: Any = None
    after: Any = None


def record(action: str, *, subject: object, by: Any = None, before: Any = None, after: Any = None) -> None:
    """Note who did what to which subject (a public id).

    `by` is a Member, an ApiKey, or None for the system itself. Raises RuntimeError outside of a salon.
    """
    _check()
    _entry(action, Line(subject, before, after), by).save(force_insert=True)


def record_many(action: str, lines: Iterable[Line], *, by: Any = None) -> None:
    """The same act for many subjects, in one statement."""
    _check()
    AuditEntry.objects.bulk_create([_entry(action, line, by) for line in lines], batch_size=_AT_ONCE)


def _check() -> None:
    if current_salon_id() is None:
        raise RuntimeError("the audit log belongs to a salon; there is none here")


def _entry(action: str, line: Line, by: Any) -> AuditEntry:
    door = acting()
    kind = "system" if by is None else type(by).__name__.lower()
    if door.operator and kind in ("system", "member"):
        kind = _OPERATOR
    name = getattr(by, "name", "") or (door.operator if kind == _OPERATOR else "")
    return AuditEntry(
        action=action,
        subject=str(line.subject),
        actor_kind=kind,
        actor="" if by is None else str(by.public_id),
        actor_name=name[:_LONGEST_NAME] if kind in _NAMED else "",
        operator=door.operator,
        reason=door.reason[:_LONGEST_REASON],
        before=line.before,
        after=line.after,
        ip=door.address,
        trace_id=structlog.contextvars.get_contextvars().get("trace_id", ""),
    )
