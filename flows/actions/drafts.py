"""The drawing that is being worked on: saved over and over, by several people, without one losing the other's work.

Each save names the revision it was drawn on. Another one meanwhile: `Stale`, with who it was and what they changed; the
one who saves decides. Whatever was saved stays among the newest hundred revisions, so nothing is ever lost by deciding.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from flows.builder.differences import compare
from flows.builder.reading import unreadable
from flows.graph import refuse
from flows.models import Flow, FlowRevision, FlowVersion
from ops import clock, live
from ops.events import actions as events
from ops.salon import current_salon_id
from tenants.audit import actions as audit
from tenants.members.models import Member

JSON = dict[str, Any]
# Of an empty flow; also what a flow without draft and version shows.
BLANK: Final[JSON] = {
    "version": 1,
    "nodes": [{"id": "start", "type": "start", "position": {"x": 0, "y": 0}}],
    "edges": [],
}
KEPT: Final = 100
# Saves of one person that follow each other closer than this are one line of the audit log.
SITTING: Final = timedelta(minutes=10)


@dataclass
class Stale(Exception):
    """Somebody else saved meanwhile; nothing was written."""

    revision: int
    by: str
    at: datetime | None
    changes: list[str]
    graph: JSON = field(repr=False)


class Archived(Exception):
    """A flow that was put away is not changed; nothing was written."""


def drawing_of(flow: Flow) -> JSON:
    """The drawing that is being worked on: the draft, else what is published."""
    if flow.draft is not None:
        return dict(flow.draft)
    return dict(flow.published.graph) if flow.published else BLANK


@transaction.atomic
def save_draft(flow: Flow, graph: Any, revision: int, *, by: Member | None) -> int:
    """Keep a drawing; the revision that it has now. Raises GraphError (unreadable), Stale or Archived.

    The same drawing again is no revision: a save whose answer was lost may be sent once more.
    """
    refuse(unreadable(graph))
    locked = hold(flow)
    if drawing_of(locked) == graph:
        return locked.draft_revision
    refuse_stale(locked, revision)
    return _write(locked, graph, by=by)


@transaction.atomic
def revert(flow: Flow, number: int, revision: int, *, by: Member | None) -> int:
    """Bring an older revision back, as a new one. Raises FlowRevision.DoesNotExist, Stale or Archived."""
    wanted = FlowRevision.objects.get(flow=flow, number=number)
    locked = hold(flow)
    refuse_stale(locked, revision)
    audit.record("flow.draft_reverted", subject=locked.public_id, by=by, after={"revision": number})
    return _write(locked, wanted.graph, by=by, is_told=True)


@transaction.atomic
def restore_version(flow: Flow, version: FlowVersion, revision: int, *, by: Member | None) -> int:
    """Make what was published once the draft. Raises Stale or Archived."""
    locked = hold(flow)
    refuse_stale(locked, revision)
    audit.record("flow.version_restored", subject=locked.public_id, by=by, after={"version": version.number})
    events.emit("flow.version_restored", subject=locked.public_id, payload={"version": version.number})
    return _write(locked, version.graph, by=by, is_told=True)


@transaction.atomic
def discard_draft(flow: Flow, revision: int, *, by: Member | None) -> int:
    """Back to what is published; the draft stays in the history. Raises Stale or Archived."""
    locked = hold(flow)
    refuse_stale(locked, revision)
    if locked.draft is None or locked.published is None:
        return locked.draft_revision
    number = _write(locked, locked.published.graph, by=by, is_told=True)
    clear(locked)
    audit.record("flow.draft_discarded", subject=locked.public_id, by=by)
    events.emit("flow.draft_discarded", subject=locked.public_id, payload={"revision": number})
    return number


def clear(flow: Flow) -> None:
    """No draft any more: what is published is what is drawn. The revision goes on counting."""
    flow.draft, flow.draft_by, flow.draft_at = None, None, None
    flow.save(update_fields=["draft", "draft_by", "draft_at"])


def note_revision(flow: Flow, graph: JSON, *, by: Member | None) -> int:
    """The next revision of a flow that the caller has locked; forgets the oldest."""
    if flow.draft_revision == 0 or flow.draft is None:
        # What the first change was made on, so that it can be compared and taken back.
        FlowRevision.objects.get_or_create(
            flow=flow, number=flow.draft_revision, defaults={"graph": drawing_of(flow), "at": flow.created_at}
        )
    flow.draft_revision += 1
    FlowRevision.objects.create(flow=flow, number=flow.draft_revision, graph=graph, by=by)
    FlowRevision.objects.filter(flow=flow, number__lte=flow.draft_revision - KEPT).delete()
    return flow.draft_revision


def tell(flow: Flow, *, by: Member | None, what: str = "saved") -> None:
    """Let the open pages of this flow know at once that its drawing changed."""
    message = {
        "kind": "draft",
        "what": what,
        "revision": flow.draft_revision,
        "by": by.name if by else "",
        "by_id": str(by.public_id) if by else "",
    }
    # The console's topic (flows.console.consumers.topic), which every open page of the flow follows.
    live.publish_on_commit(current_salon_id() or 0, f"flow.{flow.pk}", message)


def _write(flow: Flow, graph: JSON, *, by: Member | None, is_told: bool = False) -> int:
    is_new_sitting = (
        flow.draft_by_id != (by.pk if by else None) or flow.draft_at is None or flow.draft_at < clock.now() - SITTING
    )
    number = note_revision(flow, graph, by=by)
    flow.draft, flow.draft_by, flow.draft_at = graph, by, clock.now()
    flow.save(update_fields=["draft", "draft_revision", "draft_by", "draft_at"])
    if is_new_sitting and not is_told:
        audit.record("flow.draft_changed", subject=flow.public_id, by=by, after={"revision": number})
        events.emit("flow.draft_changed", subject=flow.public_id, payload={"revision": number})
    tell(flow, by=by)
    return number


def hold(flow: Flow) -> Flow:
    """The flow as it is now, held until the transaction ends. Raises Archived."""
    found = Flow.objects.select_for_update(of=("self",)).select_related("published", "draft_by").get(pk=flow.pk)
    if found.archived_at is not None:
        raise Archived
    return found


def refuse_stale(flow: Flow, revision: int) -> None:
    """Raise Stale if the drawing is no longer at this revision."""
    if flow.draft_revision == revision:
        return
    base = FlowRevision.objects.filter(flow=flow, number=revision).values_list("graph", flat=True).first()
    graph = drawing_of(flow)
    newest = FlowRevision.objects.filter(flow=flow, number=flow.draft_revision).select_related("by").first()
    raise Stale(
        revision=flow.draft_revision,
        by=newest.by.name if newest and newest.by else "",
        at=newest.at if newest else flow.draft_at,
        changes=compare(base, graph).sentences() if base else [],
        graph=graph,
    )
