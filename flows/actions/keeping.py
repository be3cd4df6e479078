"""What is done with a flow as a whole: made, named, ordered, switched, put away."""

from collections.abc import Iterable
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from billing.quotas.gates import take
from flows.actions.drafts import BLANK, JSON, drawing_of, hold
from flows.builder.reading import unreadable
from flows.graph import refuse
from flows.models import Flow, FlowRevision, FlowTest
from flows.settings import FlowSettings
from ops import clock
from ops.events import actions as events
from tenants.audit import actions as audit
from tenants.members.models import Member

LONGEST_NAME: Final = 120
LOWEST, HIGHEST = -1000, 1000


class BadName(Exception):
    """A flow cannot be called this; nothing was written."""


@transaction.atomic
def draw(
    name: str,
    graph: JSON | None = None,
    *,
    by: Member | None = None,
    settings: JSON | None = None,
    origin: str = "",
) -> Flow:
    """A flow that is only drawn: it begins blank, or from a drawing, and starts nothing until it is published.

    Raises BadName, GraphError (unreadable).
    """
    refuse(unreadable(graph or BLANK))
    take("flows")
    flow = Flow.objects.create(
        name=_name(name),
        settings=settings or {},
        origin=origin,
        draft=graph or BLANK,
        draft_revision=1,
        draft_by=by,
        draft_at=clock.now(),
    )
    FlowRevision.objects.create(flow=flow, number=1, graph=flow.draft, by=by)
    _note("created", flow, by=by, after={"name": flow.name})
    return flow


@transaction.atomic
def duplicate(flow: Flow, *, by: Member | None) -> Flow:
    """The same drawing, settings and tests once more, as a draft under another name."""
    name = _("%(name)s (copy)") % {"name": flow.name[: LONGEST_NAME - 20]}
    made = draw(name, drawing_of(flow), by=by, settings=dict(flow.settings), origin=flow.origin)
    FlowTest.objects.bulk_create(
        FlowTest(flow=made, name=one.name, script=one.script, is_on=one.is_on, created_by=by)
        for one in FlowTest.objects.filter(flow=flow).order_by("pk")
    )
    return made


@transaction.atomic
def rename(flow: Flow, name: str, *, by: Member | None) -> Flow:
    """Call it something else. Raises BadName or Archived."""
    found, wanted = hold(flow), _name(name)
    if found.name == wanted:
        return found
    before, found.name = found.name, wanted
    found.save(update_fields=["name"])
    _note("renamed", found, by=by, before={"name": before}, after={"name": wanted})
    return found


@transaction.atomic
def switch(flow: Flow, *, on: bool, by: Member | None) -> Flow:
    """Let it begin by itself, or no longer; what runs goes on. Raises Archived."""
    found = hold(flow)
    if found.is_active == on:
        return found
    found.is_active = on
    found.save(update_fields=["is_active"])
    _note("switched_on" if on else "switched_off", found, by=by, before={"on": not on}, after={"on": on})
    return found


@transaction.atomic
def resume(flow: Flow, *, by: Member | None) -> Flow:
    """Somebody has looked at why it was paused: it begins again. Raises Archived."""
    found = hold(flow)
    if found.paused_at is None:
        return found
    before = {"reason": found.paused_reason}
    # Its failures are counted from here on (flows.runtime.budget).
    found.paused_at, found.paused_reason, found.resumed_at = None, "", clock.now()
    found.save(update_fields=["paused_at", "paused_reason", "resumed_at"])
    _note("resumed", found, by=by, before=before)
    return found


@transaction.atomic
def archive(flow: Flow, *, by: Member | None) -> Flow:
    """Put it away: not listed, begins nothing; what runs goes on and its history stays."""
    found = Flow.objects.select_for_update(of=("self",)).get(pk=flow.pk)
    if found.archived_at is None:
        found.archived_at = clock.now()
        found.save(update_fields=["archived_at"])
        _note("archived", found, by=by)
    return found


@transaction.atomic
def restore(flow: Flow, *, by: Member | None) -> Flow:
    """Bring it back as it was."""
    found = Flow.objects.select_for_update(of=("self",)).get(pk=flow.pk)
    if found.archived_at is not None:
        take("flows")
        found.archived_at = None
        found.save(update_fields=["archived_at"])
        _note("restored", found, by=by)
    return found


@transaction.atomic
def set_priority(flow: Flow, priority: int, *, by: Member | None) -> Flow:
    """Among flows that want the same message the highest begins. Raises Archived."""
    found = hold(flow)
    wanted = max(LOWEST, min(HIGHEST, priority))
    if found.priority == wanted:
        return found
    before, found.priority = found.priority, wanted
    found.save(update_fields=["priority"])
    _note("priority_changed", found, by=by, before={"priority": before}, after={"priority": wanted})
    return found


@transaction.atomic
def set_settings(flow: Flow, settings: FlowSettings, *, by: Member | None) -> Flow:
    """How it behaves beside its drawing. Raises Archived."""
    found, wanted = hold(flow), settings.to_json()
    before = FlowSettings.read(found.settings).to_json()
    if before == wanted:
        return found
    found.settings = wanted
    found.save(update_fields=["settings"])
    changed = {name for name in wanted if wanted[name] != before[name]}
    _note(
        "settings_changed",
        found,
        by=by,
        before={name: before[name] for name in sorted(changed)},
        after={name: wanted[name] for name in sorted(changed)},
    )
    return found


@transaction.atomic
def let_go_first(flow: Flow, others: Iterable[Flow], *, by: Member | None) -> Flow:
    """Let this one begin where it and the others want the same message. Raises Archived."""
    keys = sorted({flow.pk, *(other.pk for other in others)})
    # In one order, so that two who reorder at once do not wait for each other for ever.
    rows = list(Flow.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    highest = max((row.priority for row in rows if row.pk != flow.pk), default=flow.priority)
    current = next(row for row in rows if row.pk == flow.pk)
    return set_priority(flow, highest + 1, by=by) if current.priority <= highest else current


def _name(given: str) -> str:
    name = " ".join(given.split())
    if not name:
        raise BadName(_("Give the flow a name."))
    if len(name) > LONGEST_NAME:
        raise BadName(_("A name has at most %(most)s characters.") % {"most": LONGEST_NAME})
    return name


def _note(happened: str, flow: Flow, *, by: Member | None, before: Any = None, after: Any = None) -> None:
    audit.record(f"flow.{happened}", subject=flow.public_id, by=by, before=before, after=after)
    events.emit(f"flow.{happened}", subject=flow.public_id, payload=after or {})
