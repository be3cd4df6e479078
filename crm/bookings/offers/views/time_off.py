"""When a professional is away."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.bookings.actions import blocking
from crm.bookings.models import BlockedTime, Professional
from crm.bookings.offers.acting import go, told
from crm.bookings.offers.outside import COMING, SHOWN, outside
from crm.bookings.offers.person_form import TimeOffForm, off_known, off_words
from crm.bookings.offers.saving import Clashed, save
from crm.bookings.rights import visible_bookings
from ops import clock
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

PAGE = "crm/bookings/offers/time_off.html"
EDIT = "crm/bookings/offers/time_off_edit.html"
MOST = 100


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def time_off(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """What is to come, and what was; and more of it."""
    found = get_object_or_404(Professional, public_id=public_id)
    form = TimeOffForm(request.POST if request.method == "POST" else None, zone=_zone(request))
    if request.method == "POST" and form.is_valid():
        given = form.columns()
        # Twice the same is one.
        row = _live(found).filter(starts_at=given["starts_at"], ends_at=given["ends_at"]).first()
        if row is None:
            row = blocking.block(
                found, given["starts_at"], given["ends_at"], by=request.member, kind=BlockedTime.Kind.TIME_OFF,
                reason=given["reason"],
            )  # fmt: skip
        return go(request, reverse("professionals:time_off", args=[public_id]), _with_visits(_("Saved."), row))
    return _page(request, found, form, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def edit(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Another time."""
    row = _row(public_id)
    zone = _zone(request)
    back = reverse("professionals:time_off", args=[row.resource.public_id])
    form = TimeOffForm(request.POST if request.method == "POST" else None, row=row, zone=zone)
    context: dict[str, Any] = {"form": form, "row": row, "person": row.resource, "back": back}
    if request.method != "POST":
        return render(request, EDIT, context)
    if not form.is_valid():
        return render(request, EDIT, context, status=422)
    columns = form.columns()
    try:
        saved = save(
            form,
            lambda version: blocking.change(row, columns, by=request.member, version=version),
            lambda fresh: off_known(fresh, zone),
        )
    except Clashed as clash:
        fresh = _row(public_id)
        again = TimeOffForm(row=fresh, zone=zone, shown=clash.shown)
        return render(request, EDIT, context | {"form": again, "row": fresh, **clash.context()}, status=409)
    except blocking.AlreadyOver:
        form.add_error(None, _("Somebody else cancelled this time off meanwhile."))
        return render(request, EDIT, context | {"row": _row(public_id)}, status=409)
    return go(request, back, _with_visits(_("Saved."), saved))


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def cancel(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """They work after all."""
    row = blocking.unblock(_row(public_id), by=request.member)
    words = _("The time off is cancelled; these hours can be booked again.")
    return told(request, words, undo_url=reverse("professionals:restore_time_off", args=[row.public_id]))


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def restore(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """It holds after all."""
    row = blocking.block_again(_row(public_id), by=request.member)
    return told(request, _with_visits(_("The time off holds again."), row))


def _row(public_id: UUID) -> BlockedTime:
    rows = BlockedTime.objects.select_related("resource").filter(kind=BlockedTime.Kind.TIME_OFF)
    return get_object_or_404(rows, public_id=public_id)


def _live(person: Professional) -> Any:
    return BlockedTime.objects.filter(resource=person, kind=BlockedTime.Kind.TIME_OFF, cancelled_at=None)


def _zone(request: SalonRequest) -> ZoneInfo:
    return ZoneInfo(request.salon.time_zone)


def _with_visits(words: str, row: BlockedTime) -> str:
    count = sum(one.ends_at > clock.now() and one.state in COMING for one in blocking.conflicts(row))
    if not count:
        return words
    kept = ngettext(
        "%(count)d visit stands in it; it is kept, and listed here.",
        "%(count)d visits stand in it; they are kept, and listed here.",
        count,
    ) % {"count": count}
    return f"{words} {kept}"


def _shown(rows: Any, zone: ZoneInfo) -> list[dict[str, Any]]:
    return [{"off": row, "words": off_words(row, zone)} for row in rows]


def _page(request: SalonRequest, found: Professional, form: TimeOffForm, *, status: int = 200) -> HttpResponse:
    now = clock.now()
    stays = outside([found.pk], visible_bookings(request.member))
    context = {
        "form": form,
        "person": found,
        "tab": "time_off",
        "coming": _shown(_live(found).filter(ends_at__gt=now).order_by("starts_at", "pk")[:MOST], _zone(request)),
        "over": _shown(_live(found).filter(ends_at__lte=now).order_by("-starts_at", "-pk")[:10], _zone(request)),
        "now": now,
        "outside": stays[:SHOWN],
        "outside_count": len(stays),
    }
    return render(request, PAGE, context, status=status)
