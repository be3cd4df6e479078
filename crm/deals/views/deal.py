"""One deal, and those of one guest."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.contacts.names import addresses, name_of
from crm.deals import actions
from crm.deals.board import cards, is_rotten, loaded, stages_of
from crm.deals.forms import DealForm, TaskForm
from crm.deals.models import Deal, Task
from crm.deals.rights import deal_or_404, visible_deals, visible_tasks, works_on
from crm.deals.sharing import PIPELINE
from crm.deals.views.acts import stale_words
from crm.inbox.rights import contact_or_404, visible_conversations
from ops import clock
from portal.frame import money
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

MOST_OF_CONTACT = 20


@require_GET
@allowed(Permission.DEALS_SEE, shared=PIPELINE, named="")
def deal(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """All that is known of it, and what can be done."""
    found = deal_or_404(request.member, public_id)
    return _page(request, found, DealForm(deal=found))


@require_POST
@allowed(Permission.DEALS_EDIT, shared=PIPELINE, named="")
def edit(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Write its fields."""
    found = deal_or_404(request.member, public_id, to_change=True)
    form = DealForm(request.POST, deal=found)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        actions.change(found, form.values(), by=request.member, version=form.cleaned_data["version"])
    except actions.Stale as stale:
        # What was typed stays on the page; the next try is over what the other one wrote.
        fresh = deal_or_404(request.member, public_id)
        again = DealForm({**request.POST.dict(), "version": fresh.version}, deal=fresh)
        return _page(request, fresh, again, problem=stale_words(stale), status=409)
    return toast(request, _("Saved")) if request.headers.get("HX-Request") == "true" else HttpResponseRedirect(
        reverse("deals:deal", args=[public_id]), status=303
    )  # fmt: skip


@require_GET
@allowed(Permission.DEALS_SEE)
def of_contact(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """A guest's deals and tasks, for their page and for the panel beside a conversation."""
    contact = contact_or_404(request.member, public_id)
    deals = (
        visible_deals(request.member)
        .filter(contact=contact)
        .order_by(F("closed_at").desc(nulls_first=True), "-pk")[:MOST_OF_CONTACT]
    )
    tasks = visible_tasks(request.member).filter(contact=contact, done_at=None).select_related("deal", "owner")
    rows, conversation = loaded(deals), request.GET.get("conversation", "")
    address = addresses([contact.pk]).get(contact.pk, "")
    query = {"search": name_of(contact, address)}
    if rows:
        query["pipeline"] = str(rows[0].stage.pipeline.public_id)
    context = {
        "contact": contact,
        "cards": cards(rows),
        "tasks": task_rows(tasks.order_by("due_at", "pk")[:MOST_OF_CONTACT]),
        "conversation": conversation,
        "about": urlencode({"conversation": conversation} if conversation else {"contact": contact.public_id}),
        "board_url": f"{reverse('deals:board')}?{urlencode(query)}",
        "may_edit": request.member.may(Permission.DEALS_EDIT),
    }
    return render(request, "crm/deals/of_contact.html", context)


def task_rows(tasks: Any) -> list[dict[str, Any]]:
    """Tasks as lists show them."""
    rows, now = list(tasks), clock.now()
    known = addresses(task.contact_id for task in rows if task.contact_id)
    return [
        {
            "task": task,
            "who": name_of(task.contact, known.get(task.contact_id, "")) if task.contact else "",
            "is_late": bool(task.due_at and task.done_at is None and task.due_at < now),
        }
        for task in rows
    ]


def _page(request: SalonRequest, deal: Deal, form: DealForm, *, problem: str = "", status: int = 200) -> HttpResponse:
    address = addresses([deal.contact_id]).get(deal.contact_id, "")
    talks = visible_conversations(request.member).filter(contact_id=deal.contact_id)
    talk = talks.filter(pk=deal.conversation_id or 0).first() or talks.order_by("-last_at").first()
    tasks = Task.objects.filter(deal=deal).select_related("owner", "deal", "contact")
    context = {
        "deal": deal,
        "value": money.shown(deal.value_minor, deal.currency),
        "who": name_of(deal.contact, address),
        "address": address,
        "talk": talk if request.member.may(Permission.INBOX_SEE) else None,
        "form": form,
        "problem": problem,
        "task_form": TaskForm(me=request.member),
        "tasks": task_rows(tasks.order_by("done_at", "due_at", "pk")[:100]),
        "stages": stages_of(deal.stage.pipeline),
        "moves": _moves(deal),
        "reasons": deal.stage.pipeline.lost_reasons,
        "is_rotten": is_rotten(deal, clock.now()),
        "may_edit": works_on(request.member, deal),
    }
    return render(request, "crm/deals/deal.html", context, status=status)


def _moves(deal: Deal) -> list[dict[str, Any]]:
    """Its way, the newest first, and how long it stayed at each place."""
    moves = list(deal.moves.select_related("from_stage", "to_stage", "by").order_by("-pk")[:100])
    ends = [None, *(move.at for move in moves[:-1])]
    return [
        {"move": move, "stage": move.to_stage, "days": ((end or clock.now()) - move.at).days, "is_here": end is None}
        for move, end in zip(moves, ends, strict=False)
    ]
