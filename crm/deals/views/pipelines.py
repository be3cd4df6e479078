"""Pipelines and their stages among the settings."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.deals.actions import pipelines as acts
from crm.deals.board import stages_of
from crm.deals.defaults import LOST_REASONS, STAGES, default_pipeline
from crm.deals.forms import NewStageForm, PipelineForm, StageForm
from crm.deals.models import Pipeline, Stage
from crm.deals.rights import check_stage, visible_stages
from crm.deals.sharing import PIPELINE
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.sharing.checking import check_thing
from tenants.sharing.queries import visible
from tenants.sharing.rights import Right


@require_http_methods(["GET", "POST"])
@allowed(Permission.DEALS_MANAGE, shared=PIPELINE)
def pipelines(request: SalonRequest) -> HttpResponse:
    """All of them; a new one begins with the usual stages."""
    default_pipeline()
    may_add = request.member.may(Permission.DEALS_MANAGE)
    if request.method == "POST" and not may_add:
        raise PermissionDenied(Permission.DEALS_MANAGE.value)
    form = PipelineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        stages = [
            {"name": _(name), "kind": kind, "probability": probability, "rot_days": rot_days}
            for name, kind, probability, rot_days in STAGES
        ]
        reasons = form.cleaned_data["lost_reasons"] or [_(reason) for reason in LOST_REASONS]
        try:
            made = acts.create(form.cleaned_data["name"], stages=stages, lost_reasons=reasons, by=request.member)
            return HttpResponseRedirect(reverse("pipelines:pipeline", args=[made.public_id]), status=303)
        except acts.TooMany:
            form.add_error("name", _("A salon has at most %(most)d pipelines.") % {"most": acts.MOST_PIPELINES})
    mine = visible(request.member, Pipeline.objects.all(), PIPELINE, Right.DELETE)
    rows = mine.annotate(open_deals=Count("deals", filter=Q(deals__closed_at=None)))
    context = {"rows": rows.order_by("archived_at", "-is_default", "order", "pk"), "form": form, "may_add": may_add}
    return render(request, "crm/deals/pipelines.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@allowed(Permission.DEALS_MANAGE, shared=PIPELINE)
def pipeline(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Its name, its reasons, its stages."""
    found = get_object_or_404(Pipeline, public_id=public_id)
    form = PipelineForm(request.POST or None, pipeline=found)
    if request.method == "POST" and form.is_valid():
        acts.change(found, form.cleaned_data, by=request.member)
        return toast(request, _("Saved"))
    return _page(request, found, form, status=422 if request.method == "POST" else 200)


@require_POST
@allowed(Permission.DEALS_MANAGE, shared=PIPELINE)
def default(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """New deals begin here."""
    acts.make_default(get_object_or_404(Pipeline, public_id=public_id, archived_at=None), by=request.member)
    return toast(request, _("New deals begin here now"))


@require_POST
@allowed(Permission.DEALS_MANAGE, shared=PIPELINE)
def archive(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Put it away."""
    found = get_object_or_404(Pipeline, public_id=public_id)
    try:
        acts.archive(found, target=_target(request), by=request.member)
    except acts.InUse as used:
        return toast(request, _in_use(used), status=409)
    except acts.Needed:
        return toast(request, _("This one is needed: choose another default first."), status=409)
    return toast(request, _("Put away"))


@require_POST
@allowed(Permission.DEALS_MANAGE, shared=PIPELINE)
def add_stage(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One more stage."""
    found = get_object_or_404(Pipeline, public_id=public_id, archived_at=None)
    form = NewStageForm(request.POST, auto_id="new-%s")
    if not form.is_valid():
        return _page(request, found, PipelineForm(pipeline=found), new=form, status=422)
    try:
        acts.add_stage(found, form.cleaned_data, by=request.member)
    except acts.TooMany:
        return toast(request, _("A pipeline has at most %(most)d stages.") % {"most": acts.MOST_STAGES}, status=409)
    return toast(request, _("The stage is there"))


@require_POST
@allowed(Permission.DEALS_MANAGE, shared=PIPELINE, named="")
def stage(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Write its name, how likely deals are won there, and when they are stale."""
    found = _own_stage(request, public_id)
    form = StageForm(request.POST, auto_id=f"stage-{found.pk}-%s")
    if not form.is_valid():
        return _page(request, found.pipeline, PipelineForm(pipeline=found.pipeline), changed=(found, form), status=422)
    acts.change_stage(found, form.cleaned_data, by=request.member)
    return toast(request, _("Saved"))


@require_POST
@allowed(Permission.DEALS_MANAGE, shared=PIPELINE, named="")
def move_stage(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Further to the left or to the right."""
    found = _own_stage(request, public_id)
    acts.move_stage(found, -1 if request.POST.get("to") == "left" else 1, by=request.member)
    return HttpResponseRedirect(reverse("pipelines:pipeline", args=[found.pipeline.public_id]), status=303)


@require_POST
@allowed(Permission.DEALS_MANAGE, shared=PIPELINE, named="")
def archive_stage(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Put a stage away; its deals go to another."""
    found = _own_stage(request, public_id)
    try:
        acts.archive_stage(found, target=_target(request), by=request.member)
    except acts.InUse as used:
        return toast(request, _in_use(used), status=409)
    except acts.Needed:
        return toast(request, _("A pipeline needs a stage of this kind."), status=409)
    return toast(request, _("Put away"))


def _page(
    request: SalonRequest,
    found: Pipeline,
    form: PipelineForm,
    *,
    new: NewStageForm | None = None,
    changed: tuple[Stage, StageForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    stages = stages_of(found)
    counts = dict(found.deals.filter(closed_at=None).order_by().values_list("stage_id").annotate(count=Count("pk")))
    rows: list[dict[str, Any]] = [
        {
            "stage": stage,
            "form": changed[1]
            if changed and changed[0].pk == stage.pk
            else StageForm(stage=stage, auto_id=f"stage-{stage.pk}-%s"),
            "count": counts.get(stage.pk, 0),
            "others": [other for other in stages if other.pk != stage.pk and other.kind == Stage.Kind.OPEN],
        }
        for stage in stages
    ]
    context = {
        "pipeline": found,
        "form": form,
        "rows": rows,
        "new": new or NewStageForm(auto_id="new-%s"),
        "open_deals": sum(counts.values()),
        "targets": [
            one
            for one in visible_stages(request.member, Right.EDIT)
            if one.pipeline_id != found.pk and one.kind == Stage.Kind.OPEN
        ],
    }
    return render(request, "crm/deals/pipeline.html", context, status=status)


def _own_stage(request: SalonRequest, public_id: UUID) -> Stage:
    found = get_object_or_404(Stage.objects.select_related("pipeline"), public_id=public_id)
    check_thing(request.member, PIPELINE, found.pipeline.public_id, Right.DELETE)
    return found


def _target(request: SalonRequest) -> Stage | None:
    try:
        wanted = UUID(request.POST.get("target", ""))
    except ValueError:
        return None
    found = get_object_or_404(Stage.objects.select_related("pipeline"), public_id=wanted, archived_at=None)
    check_stage(request.member, found)
    return found


def _in_use(used: acts.InUse) -> str:
    return ngettext(
        "%(count)s open deal is there: say where it goes.",
        "%(count)s open deals are there: say where they go.",
        used.count,
    ) % {"count": used.count}
