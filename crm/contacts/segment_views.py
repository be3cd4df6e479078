"""Segments among the settings: the list, and the page where one is put together."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.contacts import filters, segment_rows, segments
from crm.contacts.models import Segment
from crm.contacts.sharing import SEGMENT
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.sharing.queries import may_on, visible
from tenants.sharing.rights import Right


@require_GET
@allowed(Permission.POLICY_EDIT, shared=SEGMENT)
def segment_list(request: SalonRequest) -> HttpResponse:
    """Those in use, then those that were put away; of all what they may change."""
    put_away = Segment.objects.exclude(archived_at=None).order_by("name")
    context = {
        "rows": segments.live(request.member, Right.EDIT),
        "archived": visible(request.member, put_away, SEGMENT, Right.EDIT)[: segments.MOST],
        "may_add": request.member.may(Permission.POLICY_EDIT),
    }
    return render(request, "crm/segments.html", context)


@require_http_methods(["GET", "POST"])
@allowed(Permission.POLICY_EDIT)
def new(request: SalonRequest) -> HttpResponse:
    """Put one together."""
    if request.method == "POST":
        return _save(request, None)
    match, rows = segment_rows.read(request.GET)
    return _page(request, None, request.GET.get("name", ""), match, rows)


@require_http_methods(["GET", "POST"])
@allowed(Permission.POLICY_EDIT, shared=SEGMENT)
def segment(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Another name, other rows."""
    found = get_object_or_404(Segment, public_id=public_id)
    if request.method == "POST":
        return _save(request, found)
    if "match" in request.GET:
        match, rows = segment_rows.read(request.GET)
        return _page(request, found, request.GET.get("name", found.name), match, rows)
    read = segment_rows.from_filter(found.filter)
    match, rows = read or ("all", [])
    return _page(request, found, found.name, match, rows, is_more=read is None)


@require_GET
@allowed(Permission.POLICY_EDIT, shared=SEGMENT)
def rows(request: SalonRequest) -> HttpResponse:
    """The rows as they are being changed, and how many people they mean by now."""
    match, given = segment_rows.read(request.GET)
    return render(request, "crm/segment.html#rows", _rows(match, given))


@require_POST
@allowed(Permission.POLICY_EDIT, shared=SEGMENT, right=Right.DELETE)
def archive(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Offer it no more, or again (`on`)."""
    found = get_object_or_404(Segment, public_id=public_id)
    segments.archive(found, on=request.POST.get("on") == "true", by=request.member)
    return HttpResponseRedirect(reverse("contacts:segments"), status=303)


def _save(request: SalonRequest, found: Segment | None) -> HttpResponse:
    match, given = segment_rows.read(request.POST)
    name, filter = request.POST.get("name", ""), segment_rows.to_filter(match, given)
    if found is not None and request.POST.get("keep") == "1":
        # Rows cannot say it, so only its name is changed here.
        filter = found.filter
    try:
        segments.save(name, filter, by=request.member, segment=found)
    except (segments.NotPossible, filters.Wrong) as problem:
        words = problem.words if isinstance(problem, filters.Wrong) else str(problem)
        is_more = found is not None and request.POST.get("keep") == "1"
        return _page(request, found, name, match, given, problem=words, is_more=is_more, status=422)
    return HttpResponseRedirect(reverse("contacts:segments"), status=303)


def _page(
    request: SalonRequest,
    found: Segment | None,
    name: str,
    match: str,
    given: list[segment_rows.Row],
    *,
    problem: str = "",
    is_more: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "segment": found,
        "name": name[: segments.LONGEST_NAME],
        "problem": problem,
        "is_more": is_more,
        "may_delete": found is not None and may_on(request.member, SEGMENT, found.public_id, Right.DELETE),
        **_rows(match, given, found.filter if is_more and found else None),
    }
    return render(request, "crm/segment.html", context, status=status)


def _rows(match: str, given: list[segment_rows.Row], filter: filters.Filter | None = None) -> Mapping[str, Any]:
    wrong, count, is_exact = "", 0, True
    try:
        wanted = segment_rows.to_filter(match, given) if filter is None else filter
        count, is_exact = segments.count(filters.matching(wanted).filter(blocked_at=None))
    except filters.Wrong as problem:
        wrong = problem.words
    return {
        "match": match,
        "rows": given,
        "fields": segment_rows.askable(),
        "tag_names": segment_rows.tag_names(),
        "wrong": wrong,
        "count": count,
        "is_exact": is_exact,
        "about": _("about %(n)s") % {"n": f"{_rounded(count):,}"} if not is_exact else f"{count:,}",
    }


def _rounded(count: int) -> int:
    """An estimate claims no more than two digits."""
    step = int(10 ** max(len(str(count)) - 2, 0))
    return count // step * step
