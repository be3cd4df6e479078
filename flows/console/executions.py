"""The lists of runs: of one flow, and of all."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from flows.console import finding
from flows.console.drawings import drawings_of
from flows.console.runs import in_order, runs_of
from flows.console.wanted import Wanted, wanted_from
from flows.console.words import BEGAN, STATUSES
from flows.models import Flow, FlowVersion
from flows.sharing import FLOW, check_runs, seen_runs
from portal.frame.keyset import is_fragment
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

NEWEST_VERSIONS = 50


@require_GET
@allowed(Permission.EXECUTIONS_SEE, shared="flow")
def executions(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The runs of a flow, newest first; a fragment is the list of them."""
    check_runs(request.member)
    flow = get_object_or_404(Flow.objects.defer("draft"), public_id=public_id)
    context = _list(request, [flow.pk], reverse("flows:executions", args=[flow.public_id]))
    if not is_fragment(request):
        context |= {"flow": flow, **_choices(flow)}
    return _answer(request, context)


@require_GET
@allowed(Permission.EXECUTIONS_SEE, shared=FLOW)
def all_executions(request: SalonRequest) -> HttpResponse:
    """The runs of all flows, or of the one chosen."""
    check_runs(request.member)
    seen = seen_runs(request.member, Flow.objects.order_by("name", "pk"))
    flows = list(seen.values("pk", "public_id", "name"))
    chosen = request.GET.get("flow", "")
    mine = [one["pk"] for one in flows if not chosen or str(one["public_id"]) == chosen]
    context = _list(request, mine, reverse("flows:all_executions"), chosen)
    choices = [{**one, "is_chosen": str(one["public_id"]) == chosen} for one in flows]
    return _answer(request, {**context, "flows": choices, "began": BEGAN.items()})


def _answer(request: SalonRequest, context: dict[str, Any]) -> HttpResponse:
    part = "#list" if is_fragment(request) else ""
    return render(request, f"flows/executions.html{part}", context)


def _list(request: SalonRequest, flow_ids: Sequence[int], url: str, flow: str = "") -> dict[str, Any]:
    wanted = wanted_from(request.GET)
    found = finding.find(flow_ids, wanted, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    query = {**wanted.query(), **({"flow": flow} if flow else {})}

    def address(**more: str) -> str:
        return f"{url}?{urlencode({name: value for name, value in {**query, **more}.items() if value})}".rstrip("?")

    return {
        "runs": runs_of(in_order(found.ids)),
        "of_one_flow": not url.endswith("/flows/executions/"),
        "wanted": wanted,
        "url": url,
        "newer_url": address(after=found.newer) if found.newer else "",
        "older_url": address(before=found.older) if found.older else "",
        "looked_until": found.looked_until,
        "filters": [
            {"label": label, "url": address(status=name), "is_here": name == wanted.status, "count": count}
            for name, label, count in _statuses(flow_ids, wanted)
        ],
        "is_filtered": wanted.is_narrow or bool(wanted.since or wanted.until or flow),
    }


def _statuses(flow_ids: Sequence[int], wanted: Wanted) -> list[tuple[str, Any, str]]:
    """The tabs: name, words, how many. Not counted where only a look at each run could tell."""
    counted = {} if wanted.is_narrow else finding.counts(flow_ids, wanted)
    tabs = [
        ("", _("All"), ""),
        *((name, words, _count(counted.get(name))) for name, (words, _tone) in STATUSES.items()),
    ]
    return [tab for tab in tabs if tab[0] != "running" or counted.get("running") or wanted.status == "running"]


def _count(count: int | None) -> str:
    if count is None:
        return ""
    most = finding.MOST_COUNTED
    return f"{formats.number_format(most, 0)}+" if count > most else formats.number_format(count, 0)


def _choices(flow: Flow) -> dict[str, Any]:
    """What one may choose among the runs of this flow."""
    versions = list(FlowVersion.objects.filter(flow=flow).order_by("-number").values("pk", "number")[:NEWEST_VERSIONS])
    newest = versions[0]["pk"] if versions else 0
    steps = drawings_of([newest]).get(newest, {}) if newest else {}
    return {"versions": versions, "steps": list(steps.values()), "began": BEGAN.items()}
