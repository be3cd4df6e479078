"""The board, and more of one of its columns."""

from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F, TextField, Value
from django.db.models.functions import Cast
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET

from crm.contacts.models import Tag
from crm.deals import board as boards
from crm.deals.defaults import default_pipeline
from crm.deals.filters import MINE, NOBODY, DealFilter
from crm.deals.forms import members
from crm.deals.live import MOST_NEWS, seq_of
from crm.deals.models import Pipeline, Stage
from crm.deals.rights import visible_pipelines, visible_stages
from crm.deals.sharing import PIPELINE
from ops import clock
from portal.frame.keyset import is_fragment
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.sharing.checking import check_thing
from tenants.sharing.queries import may_on
from tenants.sharing.rights import Right

MOST_CHOICES = 200


@require_GET
@allowed(Permission.DEALS_SEE, shared=PIPELINE, named="")
def board(request: SalonRequest) -> HttpResponse:
    """The columns of one pipeline; a fragment is the columns without the page around them."""
    # Before anything is read: what changes from now on, the socket tells.
    seq = seq_of(clock.now())
    every, wanted = visible_stages(request.member), DealFilter.read(request.GET)
    pipelines = [stages[0].pipeline for stages in by_pipeline(every)]
    pipeline = _chosen(request, pipelines)
    stages = [one for one in every if one.pipeline_id == pipeline.pk]
    query = {**wanted.query(), "pipeline": str(pipeline.public_id)}
    context: dict[str, Any] = {
        "pipeline": pipeline,
        "columns": boards.columns(stages, wanted, request.member),
        "here": f"{reverse('deals:board')}?{urlencode(query)}",
        "query": urlencode(query),
        "may_edit": may_on(request.member, PIPELINE, pipeline.public_id, Right.EDIT),
        "filter": wanted,
        "uncounted": f"{reverse('deals:board')}?"
        + urlencode({name: value for name, value in query.items() if name not in wanted.counted}),
    }
    if is_fragment(request):
        return render(request, "crm/deals/board.html#board", context)
    owners, tags = _choices()
    context |= {
        "seq": seq,
        "pipelines": pipelines,
        "owners": owners,
        "tags": tags,
        "mine": MINE,
        "nobody": NOBODY,
        "may_manage": may_on(request.member, PIPELINE, pipeline.public_id, Right.DELETE),
    }
    return render(request, "crm/deals/board.html", context)


@require_GET
@allowed(Permission.DEALS_SEE, shared=PIPELINE, named="")
def stage(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The next cards of one column."""
    found = get_object_or_404(Stage.objects.select_related("pipeline"), public_id=public_id)
    check_thing(request.member, PIPELINE, found.pipeline.public_id, Right.VIEW)
    column = boards.more(found, DealFilter.read(request.GET), request.member, before=request.GET.get("before", ""))
    may_edit = may_on(request.member, PIPELINE, found.pipeline.public_id, Right.EDIT)
    context = {"column": column, "may_edit": may_edit}
    return render(request, "crm/deals/cards.html", context)


@require_GET
@allowed(Permission.DEALS_SEE, shared=PIPELINE, named="")
def cards(request: SalonRequest) -> HttpResponse:
    """Some cards anew, for a board that heard of their change; those that are not on it any more are left out."""
    ids = [found for text in request.GET.getlist("id")[:MOST_NEWS] if (found := _uuid(text))]
    pipeline = chosen_pipeline(request)
    may_edit = may_on(request.member, PIPELINE, pipeline.public_id, Right.EDIT)
    return JsonResponse(parts(request, boards.stages_of(pipeline), ids, may_edit=may_edit))


def parts(request: SalonRequest, stages: list[Stage], ids: list[UUID], *, may_edit: bool = True) -> dict[str, Any]:
    """What a board that is open is mended with: cards, and each stage's number of deals and their worth."""
    found, sums = boards.shown(stages, DealFilter.read(request.GET), request.member, ids)
    return {
        "cards": {
            str(card.deal.public_id): render_to_string(
                "crm/deals/card.html", {"card": card, "may_edit": may_edit}, request=request
            ).strip()
            for card in found
        },
        "totals": {str(column.stage.public_id): [column.count, column.total] for column in sums},
    }


def by_pipeline(stages: list[Stage]) -> list[list[Stage]]:
    """Stages in their order, each pipeline's together."""
    return [list(rows) for _, rows in groupby(stages, key=lambda one: one.pipeline_id)]


def chosen_pipeline(request: SalonRequest) -> Pipeline:
    """The one that the address names, else the default."""
    wanted = _uuid(request.GET.get("pipeline", ""))
    mine = visible_pipelines(request.member)
    if wanted is not None:
        return get_object_or_404(mine, public_id=wanted)
    default_pipeline()
    found = mine.first()
    if found is None:
        raise Http404
    return found


def _chosen(request: SalonRequest, pipelines: list[Pipeline]) -> Pipeline:
    wanted = _uuid(request.GET.get("pipeline", ""))
    for one in pipelines:
        if wanted is None or one.public_id == wanted:
            return one
    raise Http404


def _choices() -> tuple[list[tuple[str, str]], list[str]]:
    """Whose deals, and the tags of their guests, to choose from: one question for both."""
    people = members().annotate(kind=Value("owner"), key=Cast("public_id", TextField()))
    tags = Tag.objects.order_by("name").annotate(kind=Value("tag"), key=F("name"))
    rows = [rows.values_list("kind", "key", "name")[:MOST_CHOICES] for rows in (people, tags)]
    found = list(rows[0].union(rows[1], all=True))
    owners = [(key, name) for kind, key, name in found if kind == "owner"]
    return owners, [name for kind, _key, name in found if kind == "tag"]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
