"""What the views here read of a request, and how they answer: a part of the page, JSON for a drag, or a page."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from crm.bookings.calendar import when, words
from crm.bookings.catalogue import Catalogue
from crm.bookings.models import Booking, BookingItem
from portal.frame.toasts import add_event, add_toast, toast
from tenants.access.guard import SalonRequest

CHANGED = "calendar-changed"


def given(request: SalonRequest, name: str, most: int = 200) -> str:
    """A value of the form or the address, without what no text may hold."""
    value = request.POST.get(name) or request.GET.get(name) or ""
    return value.replace("\x00", "").strip()[:most]


def number(text: str) -> int | None:
    """A whole number that a version, a place or minutes may be."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def is_part(request: SalonRequest) -> bool:
    """It is asked by htmx."""
    return request.headers.get("HX-Request") == "true"


def wants_json(request: SalonRequest) -> bool:
    """It is asked by the calendar's script."""
    return request.headers.get("Accept") == "application/json"


def changed(answer: HttpResponse, row: Booking | None = None) -> HttpResponse:
    """Let the page hear that the calendar is otherwise now."""
    detail = {"booking": str(row.public_id), "version": row.version} if row else {}
    return add_event(answer, **{CHANGED: detail})


def done(request: SalonRequest, text: str, row: Booking, *, undo_url: str = "") -> HttpResponse:
    """It is done: a word, and whoever came by a page is led to the visit."""
    if wants_json(request):
        return JsonResponse({"version": row.version, "text": text, "undo": undo_url})
    if is_part(request):
        return changed(toast(request, text, undo_url=undo_url), row)
    toast(request, text)
    return HttpResponseRedirect(reverse("calendar:booking", args=[row.public_id]), status=303)


def told(answer: HttpResponse, text: str, row: Booking, *, undo_url: str = "") -> HttpResponse:
    """A part of the page that says what was done."""
    return changed(add_toast(answer, text, undo_url=undo_url), row)


def undo_of(row: Booking) -> str:
    """The address that takes the last change back, as long as nobody has changed it since."""
    return f"{reverse('calendar:undo', args=[row.public_id])}?{urlencode({'version': row.version})}"


def guest_of(row: Booking) -> str:
    """Whose visit it is, in a word."""
    return (row.contact.name if row.contact else "") or row.guest_name or ""


def place_of(row: Booking, items: list[BookingItem], known: Catalogue) -> str:
    """Tue 24/11, 10:00 · Ana."""
    people = dict.fromkeys(known.people[one.professional_id].name for one in items)
    return f"{when.said(row.starts_at, known.zone)} · {', '.join(people)}"


def refused_json(refusal: words.Refusal, html: str = "") -> JsonResponse:
    """Why a drag is taken back."""
    told_: dict[str, Any] = {"reason": refusal.words, "code": refusal.code}
    return JsonResponse(told_ | ({"html": html} if html else {}), status=refusal.status)
