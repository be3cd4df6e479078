"""A new deal, from the board, a guest or a conversation."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.contacts.models import Contact
from crm.contacts.names import addresses, name_of
from crm.contacts.search import search
from crm.deals import actions
from crm.deals.board import stages_of
from crm.deals.defaults import default_pipeline
from crm.deals.forms import DealForm
from crm.deals.models import Stage
from crm.deals.rights import check_stage, visible_pipelines
from crm.deals.sharing import PIPELINE
from crm.deals.views.acts import changed
from crm.inbox.models import Conversation
from crm.inbox.rights import contact_or_404, conversation_or_404, visible_contacts
from portal.frame.toasts import add_toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.sharing.rights import Right

MOST_PEOPLE = 8
LONGEST_SEARCH = 80


@require_http_methods(["GET", "POST"])
@allowed(Permission.DEALS_EDIT, shared=PIPELINE, named="")
def new(request: SalonRequest) -> HttpResponse:
    """The form; with ?contact= or ?conversation= it is about them, with ?stage= it begins there."""
    contact, talk = _about(request)
    stages = _stages(request)
    stage = _chosen(request, stages)
    form = DealForm(request.POST or None, me=request.member)
    problem, status = "", 200
    if request.method == "POST":
        status = 422
        if contact is None:
            problem = _("Choose whom it is about.")
        elif form.is_valid():
            try:
                made = actions.create(
                    actions.NewDeal(
                        contact=contact,
                        stage=stage,
                        conversation_id=talk.pk if talk else None,
                        source="conversation" if talk else "by hand",
                        **form.values(),
                    ),
                    by=request.member,
                    reason=request.POST.get("reason", "").replace("\x00", ""),
                )
                return _made(request, made)
            except (actions.NoReason, actions.WrongPlace):
                problem = _("Begin in a stage where deals go on.")
    context = {
        "form": form,
        "contact": _person(contact) if contact else None,
        "conversation": talk,
        "stages": [one for one in stages if one.kind == Stage.Kind.OPEN],
        "stage": stage,
        "problem": problem,
    }
    is_dialog = request.headers.get("HX-Request") == "true"
    return render(request, "crm/deals/new.html" + ("#form" if is_dialog else ""), context, status=status)


@require_GET
@allowed(Permission.DEALS_EDIT, shared=PIPELINE, named="")
def people(request: SalonRequest) -> HttpResponse:
    """Whom a deal may be about, while somebody types a name or a phone."""
    words = request.GET.get("search", "").strip()[:LONGEST_SEARCH].replace("\x00", "")
    found = (
        search(words).filter(pk__in=visible_contacts(request.member).values("pk")) if words else Contact.objects.none()
    )
    rows = [_person(contact) for contact in found[:MOST_PEOPLE]]
    return render(request, "crm/deals/people.html", {"rows": rows, "search": words})


def _made(request: SalonRequest, made: Any) -> HttpResponse:
    url = reverse("deals:deal", args=[made.public_id])
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(url, status=303)
    answer = HttpResponse(status=200, headers={"HX-Reswap": "none"})
    words = _("“%(deal)s” is in %(stage)s") % {"deal": made.title, "stage": made.stage.name}
    return changed(add_toast(answer, words), made)


def _person(contact: Contact) -> dict[str, Any]:
    address = addresses([contact.pk]).get(contact.pk, "")
    return {"public_id": contact.public_id, "name": name_of(contact, address), "address": address}


def _about(request: SalonRequest) -> tuple[Contact | None, Conversation | None]:
    given = request.POST if request.method == "POST" else request.GET
    if talk_id := given.get("conversation"):
        talk = conversation_or_404(request.member, _uuid(talk_id))
        return contact_or_404(request.member, talk.contact.public_id), talk
    if contact_id := given.get("contact"):
        return contact_or_404(request.member, _uuid(contact_id)), None
    return None, None


def _stages(request: SalonRequest) -> list[Stage]:
    given = request.POST if request.method == "POST" else request.GET
    try:
        wanted = UUID(given.get("pipeline") or "")
    except ValueError:
        default_pipeline()
        found = visible_pipelines(request.member, Right.EDIT).first()
    else:
        found = visible_pipelines(request.member, Right.EDIT).filter(public_id=wanted).first()
    if found is None:
        raise Http404
    return stages_of(found)


def _chosen(request: SalonRequest, stages: list[Stage]) -> Stage | None:
    given = request.POST if request.method == "POST" else request.GET
    if not (wanted := given.get("stage")):
        return next((one for one in stages if one.kind == Stage.Kind.OPEN), None)
    found = Stage.objects.select_related("pipeline").filter(public_id=_uuid(wanted)).first()
    if found is None:
        raise Http404
    check_stage(request.member, found)
    stages[:] = stages_of(found.pipeline)
    return found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
