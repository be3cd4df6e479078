"""What becomes of runs of an older version: they end on it (I12), or those that can are moved to another one.

A run can be moved while it waits at a node that stands in the other version too, under the same id and of the same
type: what comes next then goes by the new drawing. Nothing is moved that nobody chose.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from flows.models import Flow, FlowVersion
from ops.events.actions import NewEvent, emit_many
from tenants.audit import actions as audit

NODE_GONE, OTHER_TYPE, NOWHERE = "node_gone", "other_type", "nowhere"
REASONS: Final[dict[str, str | Promise]] = {
    NODE_GONE: _("The step where it waits is not in that version"),
    OTHER_TYPE: _("The step where it waits is another one in that version"),
    NOWHERE: _("It does not wait at any step"),
}
# Examples of those that stay, for a page; the figures are of all.
MOST_LISTED: Final = 100
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Stays:
    """A run that cannot be moved, and why (a key of REASONS)."""

    execution: UUID
    node: str
    reason: str

    @property
    def words(self) -> str | Promise:
        """Why, for a person."""
        return REASONS[self.reason]


@dataclass(slots=True)
class Migration:
    """What came of it, or would come of it: how many moved, how many stay by reason, and the first of those."""

    moved: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    stays: list[Stays] = field(default_factory=list)

    @property
    def stayed(self) -> int:
        """How many go on where they are."""
        return sum(self.reasons.values())


class OtherFlow(ValueError):
    """The versions are not of one flow."""


def preview(flow: Flow, source: FlowVersion, target: FlowVersion) -> Migration:
    """What `migrate` would do; nothing is changed. Raises OtherFlow."""
    return _walk(flow, source, target, only=None, is_real=False)


def migrate(
    flow: Flow, source: FlowVersion, target: FlowVersion, *, by: Any, only: Collection[UUID] | None = None
) -> Migration:
    """Move the waiting runs of `source` (all, or `only` these) that can be moved to `target`. Raises OtherFlow.

    In batches under lock, each its own transaction: safe to ask again, and beside guests who write. A run that was
    moved is not one of `source` any more, so the second time nothing happens.
    """
    found = _walk(flow, source, target, only=only, is_real=True)
    if found.moved:
        after = {"from": source.number, "to": target.number, "moved": found.moved, "stayed": found.stayed}
        audit.record("flow.runs_migrated", subject=flow.public_id, by=by, after=after)
    return found


def _walk(
    flow: Flow, source: FlowVersion, target: FlowVersion, *, only: Collection[UUID] | None, is_real: bool
) -> Migration:
    if source.flow_id != flow.pk or target.flow_id != flow.pk or source.pk == target.pk:
        raise OtherFlow
    before, after = _types(source), _types(target)
    found, last = Migration(), 0
    while True:
        with transaction.atomic():
            batch = _waiting(flow.pk, source.pk, after=last, only=only, is_locked=is_real)
            going = [(pk, public_id) for pk, public_id, at in batch if not _why_not(at, before, after)]
            if is_real:
                _move(going, source, target)
        found.moved += len(going)
        for _pk, public_id, at in batch:
            if reason := _why_not(at, before, after):
                found.reasons[reason] = found.reasons.get(reason, 0) + 1
                if len(found.stays) < MOST_LISTED:
                    found.stays.append(Stays(public_id, at or "", reason))
        if len(batch) < _BATCH:
            return found
        last = batch[-1][0]


def _types(version: FlowVersion) -> dict[str, str]:
    return {str(node.get("id")): str(node.get("type")) for node in version.graph.get("nodes", [])}


def _why_not(at: str | None, before: dict[str, str], after: dict[str, str]) -> str:
    """Why a run that waits at this node stays; empty if it can go."""
    if not at or at not in before:
        return NOWHERE
    if at not in after:
        return NODE_GONE
    return "" if after[at] == before[at] else OTHER_TYPE


def _waiting(
    flow_id: int, version_id: int, *, after: int, only: Collection[UUID] | None, is_locked: bool
) -> list[tuple[int, UUID, str | None]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, public_id, state->>'at' FROM flow_execution WHERE flow_id = %s AND status = 'waiting' "
            "AND version_id = %s AND id > %s AND (%s::uuid[] IS NULL OR public_id = ANY(%s::uuid[])) "
            f"ORDER BY id LIMIT {_BATCH}" + (" FOR UPDATE" if is_locked else ""),
            [flow_id, version_id, after, list(only) if only is not None else None, list(only or [])],
        )
        return [(pk, public_id, at) for pk, public_id, at in cursor.fetchall()]


def _move(going: Sequence[tuple[int, UUID]], source: FlowVersion, target: FlowVersion) -> None:
    if not going:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE flow_execution SET version_id = %s WHERE id = ANY(%s)", [target.pk, [pk for pk, _ in going]]
        )
    payload = {"from": source.number, "to": target.number}
    emit_many([NewEvent("execution.migrated", public_id, payload) for _pk, public_id in going])
