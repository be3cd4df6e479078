"""The audit log: read, searched, saved as a file; and who of the platform's support was in the salon."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ops import clock
from portal.frame.files import streaming
from portal.frame.files.writers import as_csv
from portal.frame.keyset import by_id, is_fragment
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.access.stepup import fresh
from tenants.audit import actions as audit
from tenants.audit.listing import Given, keys, people
from tenants.audit.models import AuditEntry
from tenants.audit.sealing.models import AuditChain
from tenants.audit.shown import act_words, shown, who_words
from tenants.audit.words.labels import KINDS
from tenants.operators import support
from tenants.operators.models import SupportAccess, SupportVisit

A_PAGE = 50
OF_A_FILE = 1000


@require_safe
@allowed(Permission.AUDIT_SEE)
def entries(request: SalonRequest) -> HttpResponse:
    """The newest acts; a fragment is a page of them."""
    given, before = Given.read(request.GET), request.GET.get("before", "")
    page = by_id(given.entries(), before=before, size=A_PAGE)
    url = reverse("audit:list")
    context = {
        "given": given,
        "lines": shown(page.rows),
        "next_url": page.next_url(url, **given.values),
        "is_next": bool(before),
    }
    if is_fragment(request):
        return render(request, "audit/list.html#lines", context)
    return render(request, "audit/list.html", context | _around(request))


def _around(request: SalonRequest) -> dict[str, Any]:
    """What stands beside the acts."""
    actors = [("operator", _("Cadeira support")), ("system", _("The system")), ("contact", _("A guest"))]
    return {
        "people": people(),
        "keys": keys(request.salon.pk),
        "actors": actors,
        "kinds": [(key, label) for key, (label, _things) in KINDS.items()],
        "chain": AuditChain.objects.filter(salon_id=request.salon.pk).first(),
        "visits": support.of_salon(request.salon.pk),
        "access": support.level_of(request.salon.pk),
        "levels": SupportAccess.Level.choices,
        "may_export": request.member.may(Permission.AUDIT_EXPORT),
        "may_decide": request.member.may(Permission.SALON_MANAGE),
    }


@require_safe
@allowed(Permission.AUDIT_EXPORT)
@fresh
def export(request: SalonRequest) -> HttpResponse:
    """The acts that were asked for, as a CSV file, newest first."""
    if request.method == "HEAD":
        return HttpResponse()
    given, zone = Given.read(request.GET), ZoneInfo(request.salon.time_zone)
    # Which filters; what was searched for may be somebody's name.
    filters = {name: True if name == "search" else value for name, value in given.values.items()}
    with transaction.atomic():
        audit.record("audit.exported", subject=request.member.public_id, by=request.member, after=filters)
    name = f"{request.salon.slug}-audit-{clock.now().astimezone(zone):%Y-%m-%d}.csv"
    pieces = as_csv(_pages(given, zone))
    return streaming.answer(request, pieces, salon_id=request.salon.pk, name=name, content_type="text/csv")


def _pages(given: Given, zone: ZoneInfo) -> Iterator[list[list[str]]]:
    yield [[
        _("Moment"), _("What"), _("Act"), _("Who"), _("Kind"), _("Id of who"), _("Operator"), _("Reason"), _("Subject"),
        _("Before"), _("After"), _("Address"), _("Trace"), _("Place in the chain"), _("Hash"),
    ]]  # fmt: skip
    last: int | None = None
    while True:
        found = given.entries() if last is None else given.entries().filter(pk__lt=last)
        rows = list(found.order_by("-pk")[:OF_A_FILE])
        if not rows:
            return
        yield [_row(one, zone) for one in rows]
        last = rows[-1].pk


def _row(one: AuditEntry, zone: ZoneInfo) -> list[str]:
    told = ["" if value is None else json.dumps(value, ensure_ascii=False) for value in (one.before, one.after)]
    place = "" if one.position is None else str(one.position)
    return [
        one.at.astimezone(zone).isoformat(timespec="seconds"), act_words(one.action), one.action, who_words(one),
        one.actor_kind, one.actor, one.operator, one.reason, one.subject, *told, one.ip or "", one.trace_id, place,
        bytes(one.hash).hex() if one.hash else "",
    ]  # fmt: skip


@require_POST
@allowed(Permission.SALON_MANAGE)
def save_access(request: SalonRequest) -> HttpResponse:
    """How much the platform's support may do."""
    level = request.POST.get("level", "")
    if level not in SupportAccess.Level.values:
        return toast(request, _("Choose one of the three."), status=400)
    support.set_level(request.salon.pk, SupportAccess.Level(level), by=request.member)
    return _back(request, _("Saved"))


@require_POST
@allowed(Permission.AUDIT_SEE)
def end_visit(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Send the platform's support out at once."""
    visit = SupportVisit.objects.filter(salon_id=request.salon.pk, public_id=public_id).first()
    if visit is None:
        raise Http404
    ended = support.end(visit, by=request.member)
    return _back(request, _("Cadeira support is out") if ended else _("The visit was over already"))


def _back(request: SalonRequest, words: str) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        response = toast(request, words)
        del response["HX-Reswap"]
        response["HX-Refresh"] = "true"
        return response
    toast(request, words)
    return HttpResponseRedirect(f"{reverse('audit:list')}#support", status=303)
