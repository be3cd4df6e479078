"""Moving a deal: by drag, by key, by the dialog; and the buttons that end it or begin it again."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.deals import actions
from crm.deals.board import above, stages_of
from crm.deals.models import Deal, Stage
from crm.deals.rights import check_stage, deal_or_404, visible_deals, visible_stages
from crm.deals.sharing import PIPELINE
from crm.deals.views.board import by_pipeline, parts
from portal.frame.toasts import add_event, toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.sharing.rights import Right

CHANGED = "deals-changed"
TOP, BOTTOM = "top", "bottom"
MOST_PLACES = 50


@require_http_methods(["GET", "POST"])
@allowed(Permission.DEALS_EDIT, shared=PIPELINE, named="")
def move(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The dialog with stage and place; and the move itself, of the dialog as of a drag."""
    deal = deal_or_404(request.member, public_id, to_change=True)
    if request.method == "GET":
        return _dialog(request, deal, _stage(request, deal) or deal.stage)
    stage = _stage(request, deal)
    if stage is None:
        return _refused(request, deal, _("That stage is not there any more."))
    upper, lower = _neighbours(request, deal, stage)
    was, over = deal.stage, above(deal)
    try:
        moved = actions.move(
            deal,
            stage,
            by=request.member,
            above=upper,
            below=lower,
            version=_number(_given(request, "version")),
            reason=_given(request, "reason"),
        )
    except actions.NoReason:
        if _wants_json(request):
            return JsonResponse({"reason": _("Say why it was lost."), "needs": "reason"}, status=422)
        return _dialog(request, deal, stage, problem=_("Say why it was lost."), status=422)
    except actions.Stale as stale:
        return _refused(request, deal, stale_words(stale))
    except actions.WrongPlace:
        return _refused(request, deal, _("That stage is not there any more."))
    undo = _undo_url(moved, was, over, deal.lost_reason)
    words = _("“%(deal)s” is in %(stage)s") % {"deal": moved.title, "stage": stage.name}
    if _wants_json(request):
        # The board's own query stands in the address: what it does not show is not counted either.
        told = parts(request, stages_of(stage.pipeline), [moved.public_id])
        return JsonResponse({"version": moved.version, "text": words, "undo": undo, **told})
    return changed(toast(request, words, undo_url=undo), moved)


@require_POST
@allowed(Permission.DEALS_EDIT, shared=PIPELINE, named="")
def win(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """It is a sale."""
    deal = deal_or_404(request.member, public_id, to_change=True)
    return _end(request, deal, lambda version: actions.win(deal, by=request.member, version=version), _("Won!"))


@require_POST
@allowed(Permission.DEALS_EDIT, shared=PIPELINE, named="")
def lose(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """It is none, for a reason."""
    deal = deal_or_404(request.member, public_id, to_change=True)
    reason = (request.POST.get("other") or request.POST.get("reason") or "").replace("\x00", "")
    return _end(
        request, deal, lambda version: actions.lose(deal, reason, by=request.member, version=version), _("Lost; noted")
    )


@require_POST
@allowed(Permission.DEALS_EDIT, shared=PIPELINE, named="")
def reopen(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """It goes on after all."""
    deal = deal_or_404(request.member, public_id, to_change=True)
    return _end(
        request, deal, lambda version: actions.reopen(deal, by=request.member, version=version), _("It goes on")
    )


def stale_words(stale: actions.Stale) -> str:
    """Who was there first, and what they did."""
    last = actions.last_act(stale.deal)
    words = {"deal": stale.deal.title, "stage": stale.deal.stage.name, "name": last.name}
    if last.is_move and last.name:
        return _("%(name)s moved “%(deal)s” to %(stage)s meanwhile.") % words
    if last.is_move:
        return _("“%(deal)s” was moved to %(stage)s meanwhile.") % words
    if last.name:
        return _("%(name)s changed “%(deal)s” meanwhile; it is in %(stage)s. Look, and try again.") % words
    return _("“%(deal)s” was changed meanwhile; it is in %(stage)s. Look, and try again.") % words


def changed(answer: HttpResponse, deal: Deal) -> HttpResponse:
    """Let the page hear which deal is otherwise now, so that a board mends one card only."""
    return add_event(answer, **{CHANGED: {"deal": str(deal.public_id)}})


def _end(request: SalonRequest, deal: Deal, act: Callable[[int | None], Deal], words: str) -> HttpResponse:
    was, over, reason = deal.stage, above(deal), deal.lost_reason
    try:
        moved = act(_number(_given(request, "version")))
    except actions.NoReason:
        return toast(request, _("Say why it was lost."), status=422)
    except actions.Stale as stale:
        return toast(request, stale_words(stale), status=409)
    except actions.NotOpen:
        return toast(request, _("It is open already."), status=409)
    except actions.WrongPlace:
        return toast(request, _("The pipeline has no stage for that; add one in the settings."), status=409)
    return changed(toast(request, words, undo_url=_undo_url(moved, was, over, reason)), moved)


def _dialog(request: SalonRequest, deal: Deal, stage: Stage, *, problem: str = "", status: int = 200) -> HttpResponse:
    others = Deal.objects.filter(stage=stage).exclude(pk=deal.pk).order_by("position", "pk")
    visible = others.filter(pk__in=visible_deals(request.member).values("pk"))
    context = {
        "deal": deal,
        "pipelines": by_pipeline(visible_stages(request.member, Right.EDIT)),
        "stage": stage,
        "places": visible.values_list("public_id", "title")[:MOST_PLACES],
        "reasons": stage.pipeline.lost_reasons,
        "problem": problem,
        "reason": _given(request, "reason"),
        "is_lost": stage.kind == Stage.Kind.LOST,
    }
    return render(request, "crm/deals/move.html", context, status=status)


def _stage(request: SalonRequest, deal: Deal) -> Stage | None:
    wanted = _uuid(_given(request, "stage"))
    if wanted is None:
        return deal.stage if not _given(request, "stage") else None
    found = Stage.objects.select_related("pipeline").filter(public_id=wanted).first()
    check_stage(request.member, found)
    return found


def _neighbours(request: SalonRequest, deal: Deal, stage: Stage) -> tuple[Deal | None, Deal | None]:
    """The deals it goes between. `place` comes from the dialog, `above` and `below` from a drag."""
    place = _given(request, "place")
    others = Deal.objects.filter(stage=stage).exclude(pk=deal.pk)
    if place == BOTTOM:
        return others.order_by("-position", "-pk").first(), None
    if place == TOP:
        return None, None
    found = [_uuid(place or _given(request, "above")), _uuid(_given(request, "below"))]
    upper, lower = (others.filter(public_id=one).first() if one else None for one in found)
    return upper, lower


def _undo_url(deal: Deal, stage: Stage, over: Deal | None, reason: str) -> str:
    query: dict[str, Any] = {"stage": stage.public_id, "version": deal.version}
    if over:
        query["above"] = over.public_id
    if reason:
        query["reason"] = reason
    return f"{reverse('deals:move', args=[deal.public_id])}?{urlencode(query)}"


def _refused(request: SalonRequest, deal: Deal, words: str) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"reason": words}, status=409)
    return changed(toast(request, words, status=409), deal)


def _wants_json(request: SalonRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _given(request: SalonRequest, name: str) -> str:
    return (request.POST.get(name) or request.GET.get(name) or "").replace("\x00", "")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
