"""The board, and more of one of its columns."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from crm.contacts.models import Tag
from crm.deals import board as boards
from crm.deals.defaults import default_pipeline
from crm.deals.filters import MINE, NOBODY, DealFilter
from crm.deals.forms import members
from crm.deals.models import Pipeline, Stage
from portal.frame.keyset import is_fragment
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

MOST_TAGS = 200


@require_GET
@allowed(Permission.DEALS_SEE)
def board(request: SalonRequest) -> HttpResponse:
    """The columns of one pipeline; a fragment is the columns without the page around them."""
    pipeline, wanted = chosen_pipeline(request), DealFilter.read(request.GET)
    query = {**wanted.query(), "pipeline": str(pipeline.public_id)}
    context: dict[str, Any] = {
        "pipeline": pipeline,
        "columns": boards.columns(pipeline, wanted, request.member),
        "here": f"{reverse('deals:board')}?{urlencode(query)}",
        "may_edit": request.member.may(Permission.DEALS_EDIT),
        "filter": wanted,
    }
    if is_fragment(request):
        return render(request, "crm/deals/board.html#board", context)
    context |= {
        "pipelines": open_pipelines(),
        "owners": members(),
        "tags": Tag.objects.order_by("name").values_list("name", flat=True)[:MOST_TAGS],
        "mine": MINE,
        "nobody": NOBODY,
        "may_manage": request.member.may(Permission.DEALS_MANAGE),
    }
    return render(request, "crm/deals/board.html", context)


@require_GET
@allowed(Permission.DEALS_SEE)
def stage(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The next cards of one column."""
    found = get_object_or_404(Stage, public_id=public_id)
    column = boards.more(found, DealFilter.read(request.GET), request.member, before=request.GET.get("before", ""))
    context = {"column": column, "may_edit": request.member.may(Permission.DEALS_EDIT)}
    return render(request, "crm/deals/cards.html", context)


def open_pipelines() -> list[Pipeline]:
    """Those in use, the default first."""
    return list(Pipeline.objects.filter(archived_at=None).order_by("-is_default", "order", "pk"))


def chosen_pipeline(request: SalonRequest) -> Pipeline:
    """The one that the address names, else the default."""
    try:
        wanted = UUID(request.GET.get("pipeline", ""))
    except ValueError:
        return default_pipeline()
    return get_object_or_404(Pipeline, public_id=wanted, archived_at=None)
