"""What was published when, by whom and why; what two of them differ in; what becomes of the runs of an older one."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from flows import actions
from flows.actions.drafts import BLANK
from flows.builder.acts import go_to
from flows.builder.differences import Difference, compare, merged
from flows.builder.drawn import Drawn
from flows.builder.loading import load
from flows.builder.page import may_edit
from flows.console.drawing import canvas_words
from flows.models import Flow, FlowExecution, FlowRevision, FlowVersion
from flows.runtime.cancelling import cancel_version
from flows.runtime.migrating_runs import REASONS, migrate, preview
from portal.frame.keyset import by_id, is_fragment
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

JSON = dict[str, Any]
DRAFT = "draft"
REVISIONS_SHOWN = 30
VERSIONS_TO_CHOOSE = 50
ACTIVE = (FlowExecution.Status.RUNNING, FlowExecution.Status.WAITING)


@dataclass(frozen=True)
class Side:
    """One of the two drawings that are compared."""

    name: str  # as in the address: a number, or "draft"
    words: str
    graph: JSON


@require_GET
@allowed(Permission.FLOWS_SEE, shared="flow")
def versions(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """All versions, newest first, and what two of them differ in (`?from=1&to=draft`); a fragment is a page of them."""
    flow = load(public_id)
    url = reverse("flows:versions", args=[public_id])
    page = by_id(
        FlowVersion.objects.filter(flow=flow).select_related("published_by").defer("graph"),
        before=request.GET.get("before", ""),
    )
    context: JSON = {
        "flow": flow,
        "rows": _rows(flow, page.rows),
        "next_url": page.next_url(url),
        "is_next": bool(request.GET.get("before")),
        "may_edit": may_edit(request, flow),
    }
    if is_fragment(request) and context["is_next"]:
        return render(request, "flows/builder/versions.html#page", context)
    before, after = _sides(flow, request.GET.get("from", ""), request.GET.get("to", ""))
    difference = compare(before.graph, after.graph) if before and after else None
    context |= {
        "revisions": _revisions(flow),
        "before": before,
        "after": after,
        "difference": difference,
        "choices": _choices(flow),
        **(_canvas(flow, before, after, difference) if before and after and difference else {}),
    }
    return render(request, "flows/builder/versions.html", context)


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def restore_version(request: SalonRequest, public_id: UUID, number: int) -> HttpResponse:
    """Make a version the draft; guests go on with what is published."""
    flow = load(public_id)
    version = get_object_or_404(FlowVersion, flow=flow, number=number)
    try:
        actions.restore_version(flow, version, flow.draft_revision, by=request.member)
    except actions.Stale as stale:
        words = _("%(name)s changed the flow meanwhile. Look again.") % {"name": stale.by or _("Somebody")}
        return toast(request, words, status=409)
    except actions.Archived:
        return toast(request, _("This flow was archived."), status=409)
    words = _("Version %(number)s is the draft now. Guests meet it when you publish it.") % {"number": number}
    return go_to(request, reverse("flows:flow", args=[public_id]), words)


@require_http_methods(["GET", "POST"])
@allowed(Permission.FLOWS_EDIT, shared="flow")
def move_runs(request: SalonRequest, public_id: UUID, number: int) -> HttpResponse:
    """Show which runs of a version can go on by the published one, or move them there."""
    flow = load(public_id)
    source = get_object_or_404(FlowVersion, flow=flow, number=number)
    target = flow.published
    if target is None or target.pk == source.pk:
        raise Http404
    if request.method == "POST":
        done = migrate(flow, source, target, by=request.member)
        words = ngettext("%(moved)s run was moved", "%(moved)s runs were moved", done.moved) % {"moved": done.moved}
        if done.stayed:
            words += " · " + ngettext(
                "%(stayed)s goes on where it is", "%(stayed)s go on where they are", done.stayed
            ) % {"stayed": done.stayed}
        return go_to(request, reverse("flows:versions", args=[public_id]), words)
    found = preview(flow, source, target)
    reasons = [(REASONS[reason], count) for reason, count in found.reasons.items()]
    context = {"flow": flow, "source": source, "target": target, "found": found, "reasons": reasons}
    return render(request, "flows/builder/move_runs.html", context)


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def end_runs(request: SalonRequest, public_id: UUID, number: int) -> HttpResponse:
    """End all that still runs on a version."""
    flow = load(public_id)
    ended = cancel_version(flow, get_object_or_404(FlowVersion, flow=flow, number=number), by=request.member)
    words = ngettext("%(count)s run was ended", "%(count)s runs were ended", ended) % {"count": ended}
    return go_to(request, reverse("flows:versions", args=[public_id]), words)


def _rows(flow: Flow, found: list[FlowVersion]) -> list[JSON]:
    active = FlowExecution.objects.filter(flow=flow, status__in=ACTIVE, version__in=found)
    running = dict(active.order_by().values_list("version_id").annotate(Count("pk")))
    return [
        {
            "version": one,
            "is_published": one.pk == flow.published_id,
            "running": running.get(one.pk, 0),
            "previous": one.number - 1,
        }
        for one in found
    ]


def _sides(flow: Flow, first: str, second: str) -> tuple[Side | None, Side | None]:
    """The two that are asked for; by default what would be published now, or else the newest change."""
    newest = flow.published.number if flow.published else 0
    has_changes = flow.draft is not None and flow.published is not None and flow.draft != flow.published.graph
    if not first and not second:
        first, second = (str(newest), DRAFT) if has_changes else (str(newest - 1), str(newest))
    return _side(flow, first), _side(flow, second)


def _side(flow: Flow, name: str) -> Side | None:
    if name == DRAFT:
        return Side(DRAFT, _("Draft"), flow.draft) if flow.draft is not None else None
    if not name.isdecimal() or len(name) > 9:
        return None
    if name == "0":
        return Side("0", _("Nothing"), {**BLANK, "nodes": []})
    found = FlowVersion.objects.filter(flow=flow, number=int(name)).first()
    return Side(name, _("Version %(number)s") % {"number": name}, found.graph) if found else None


def _choices(flow: Flow) -> list[tuple[str, str]]:
    numbers = FlowVersion.objects.filter(flow=flow).order_by("-number").values_list("number", flat=True)
    found = [(str(number), _("Version %(number)s") % {"number": number}) for number in numbers[:VERSIONS_TO_CHOOSE]]
    return [*([(DRAFT, _("Draft"))] if flow.draft is not None else []), *found]


def _canvas(flow: Flow, before: Side, after: Side, difference: Difference) -> JSON:
    """Both drawings in one, with marks."""
    drawn = Drawn(flow, merged(before.graph, after.graph))
    return {
        "graph": drawn.graph,
        "described": drawn.described,
        "words": canvas_words(),
        "marks": difference.marks,
    }


def _revisions(flow: Flow) -> list[FlowRevision]:
    found = FlowRevision.objects.filter(flow=flow).select_related("by").defer("graph")
    return list(found.order_by("-number")[:REVISIONS_SHOWN])
