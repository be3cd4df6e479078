"""The gallery, one flow of it, and putting it into the salon."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from flows import actions as flows
from flows.console.drawing import canvas_words, described, for_canvas, trigger_words
from flows.gallery import actions
from flows.gallery.exchange import FlowFile
from flows.gallery.forms import LANGUAGE_CHOICES, NAMES
from flows.gallery.models import SharedFlow
from flows.gallery.needs import TEMPLATE, missing_of
from flows.gallery.ready import NoSuchFlow, language_for, ready_flow, ready_flows
from flows.gallery.talk import talk_of
from flows.graph import GraphError
from flows.models import Flow
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

SHARED_A_PAGE = 60
MOST_OF_MINE = 3


@require_GET
@allowed(Permission.FLOWS_SEE)
def gallery(request: SalonRequest) -> HttpResponse:
    """Ready flows, and those that other salons gave."""
    language = _language(request)
    search = request.GET.get("search", "").strip()[:80]
    ready = [flow for flow in ready_flows(language) if search.lower() in f"{flow.name} {flow.description}".lower()]
    shared = SharedFlow.objects.filter(state=SharedFlow.State.APPROVED, language=language)
    if search:
        shared = shared.filter(name__icontains=search) | shared.filter(description__icontains=search)
    mine = set(Flow.objects.exclude(origin="").values_list("origin", flat=True))
    context = {
        "ready": [{"flow": flow, "is_mine": flow.slug in mine} for flow in ready],
        "shared": shared.order_by("-installs", "-pk")[:SHARED_A_PAGE],
        "language": language,
        "languages": LANGUAGE_CHOICES,
        "search": search,
        "may_edit": request.member.may(Permission.FLOWS_EDIT),
    }
    return render(request, "flows/gallery/list.html", context)


@require_GET
@allowed(Permission.FLOWS_SEE)
def ready(request: SalonRequest, slug: str) -> HttpResponse:
    """A ready flow before it is taken."""
    language = _language(request)
    try:
        found = ready_flow(slug, language)
    except NoSuchFlow:
        raise Http404 from None
    url = reverse("flows:gallery_install", args=[slug])
    return _preview(request, actions.of_ready(found), language, url, origin=found.slug, icon=found.icon)


@require_GET
@allowed(Permission.FLOWS_SEE)
def shared(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One that another salon gave."""
    found = _approved(public_id)
    url = reverse("flows:gallery_install_shared", args=[public_id])
    return _preview(request, actions.of_shared(found), found.language, url, origin=str(public_id), icon="users")


@require_POST
@allowed(Permission.FLOWS_EDIT)
def install(request: SalonRequest, slug: str) -> HttpResponse:
    """Take a ready flow."""
    try:
        found = ready_flow(slug, request.POST.get("language", ""))
    except NoSuchFlow:
        raise Http404 from None
    return _take(request, actions.of_ready(found), origin=found.slug)


@require_POST
@allowed(Permission.FLOWS_EDIT)
def install_shared(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Take one that another salon gave."""
    found = _approved(public_id)
    answer = _take(request, actions.of_shared(found), origin=str(public_id))
    actions.count_install(found)
    return answer


@require_POST
@allowed(Permission.TEMPLATES_EDIT)
def write_templates(request: SalonRequest, slug: str) -> HttpResponse:
    """Write the drafts of the message templates that a ready flow sends."""
    try:
        found = ready_flow(slug, request.POST.get("language", ""))
    except NoSuchFlow:
        raise Http404 from None
    written = actions.write_templates(actions.of_ready(found), by=request.member)
    if not written:
        return toast(request, _("They are there already, or no number is connected yet."), status=409)
    # One is opened at once, to be read and submitted; several are listed.
    if len(written) == 1:
        return HttpResponseRedirect(reverse("templates:template", args=[written[0].public_id]), status=303)
    return HttpResponseRedirect(reverse("templates:list"), status=303)


def _take(request: SalonRequest, found: FlowFile, *, origin: str) -> HttpResponse:
    """Make it, and switch it on if it can run as it is; otherwise it opens as a draft that says what is missing."""
    flow = actions.make(found, by=request.member, origin=origin)
    wants_on = request.POST.get("publish") == "1"
    if wants_on and not missing_of(found.graph):
        try:
            flows.publish_draft(flow, by=request.member, revision=flow.draft_revision, note=_("From the gallery"))
        except (GraphError, flows.TestsFailed):
            messages.success(request, _("It is a draft: see its problems, then publish it."))
        else:
            messages.success(request, _("%(flow)s answers your guests now.") % {"flow": flow.name})
    else:
        messages.success(
            request, _("%(flow)s is a draft: change what you like, then publish it.") % {"flow": flow.name}
        )
    return HttpResponseRedirect(reverse("flows:flow", args=[flow.public_id]), status=303)


def _preview(
    request: SalonRequest, found: FlowFile, language: str, install_url: str, *, origin: str, icon: str
) -> HttpResponse:
    """`origin`: what the flows that were made of it before are known by; a ready one's is its slug."""
    drawn = described(found.graph)
    slug = request.resolver_match.kwargs.get("slug", "") if request.resolver_match else ""
    is_ready = bool(slug)
    missing = missing_of(found.graph)
    context: dict[str, Any] = {
        "flow": found,
        "icon_name": icon,
        "slug": slug,
        # Two of them would want the same guests.
        "mine": Flow.objects.filter(origin=origin, archived_at=None).order_by("-pk")[:MOST_OF_MINE],
        "language": language,
        "language_name": NAMES.get(language, language),
        "languages": LANGUAGE_CHOICES if is_ready else [],
        "trigger_words": trigger_words(found.graph),
        "graph": found.graph,
        "described": for_canvas(drawn),
        "outline": list(drawn.values()),
        "words": canvas_words(),
        "talk": talk_of(found),
        "missing": missing,
        "templates_missing": is_ready and any(one.need.kind == TEMPLATE for one in missing) and bool(found.templates),
        "install_url": install_url,
        "may_edit": request.member.may(Permission.FLOWS_EDIT),
        "may_write_templates": request.member.may(Permission.TEMPLATES_EDIT),
    }
    return render(request, "flows/gallery/preview.html", context)


def _approved(public_id: UUID) -> SharedFlow:
    return get_object_or_404(SharedFlow, public_id=public_id, state=SharedFlow.State.APPROVED)


def _language(request: SalonRequest) -> str:
    given = request.GET.get("language", "")
    return given if given in NAMES else language_for(get_language() or "")
