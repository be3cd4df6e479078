"""What the lists have in common: rows that are moved, put away and taken up again, with a toast and Undo."""

from typing import Any

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.bookings.actions import arranging, offering
from crm.bookings.models import Booking, BookingItem
from crm.bookings.offers.outside import COMING
from ops import clock
from portal.frame.toasts import add_event, toast
from tenants.access.guard import SalonRequest

# Lists read themselves anew when they hear it.
CHANGED = "offers-changed"


def told(request: SalonRequest, words: str, *, undo_url: str = "", status: int = 200) -> HttpResponse:
    """Say it, and let the list read itself anew."""
    return add_event(toast(request, words, undo_url=undo_url, status=status), CHANGED)


def go(request: SalonRequest, url: str, words: str) -> HttpResponse:
    """To a page that says what was done."""
    messages.success(request, words)
    return HttpResponseRedirect(url, status=303)


def move(request: SalonRequest, row: Any, among: models.QuerySet[Any]) -> HttpResponse:
    """Up, down, or before another of its list (`before`: its public id; empty: at the end)."""
    rows = list(among.order_by("order", "pk").values_list("pk", "public_id"))
    keys = [pk for pk, _public_id in rows]
    if row.pk not in keys:
        raise Http404
    steps = {"up": -1, "down": 1}
    if (step := request.POST.get("to", "")) in steps:
        new = arranging.moved(keys, row.pk, step=steps[step])
    elif (before := request.POST.get("before", request.GET.get("before"))) is not None:
        ids = {str(public_id): pk for pk, public_id in rows}
        new = arranging.moved(keys, row.pk, before=ids.get(before, 0))
    else:
        return told(request, _("Say where to."), status=422)
    if new == keys:
        return told(request, _("It stands there already"))
    arranging.reorder(type(row), new, by=request.member)
    after = keys.index(row.pk) + 1
    was = rows[after][1] if after < len(rows) else ""
    return told(request, _("Moved"), undo_url=f"{request.path}?{urlencode({'before': was})}")


def put_away(request: SalonRequest, row: Any, *, item: str, back: str) -> HttpResponse:
    """Put it away; `item` is its column in a visit, `back` the address that takes it up again."""
    found = offering.archive(row, by=request.member)
    words = _with_visits(_("%(name)s is put away.") % {"name": found.name}, **{item: found})
    return told(request, words, undo_url=reverse(back, args=[found.public_id]))


def taken_up(request: SalonRequest, row: Any) -> HttpResponse:
    """Take it up again."""
    found = offering.restore(row, by=request.member)
    return told(request, _("%(name)s can be booked again.") % {"name": found.name})


def _with_visits(words: str, **items: Any) -> str:
    """The words, and how many coming visits stay."""
    coming = Booking.objects.filter(state__in=COMING, ends_at__gt=clock.now())
    count = coming.filter(pk__in=BookingItem.objects.filter(**items).values("booking_id")).count()
    if not count:
        return words
    kept = ngettext("%(count)d coming visit stays.", "%(count)d coming visits stay.", count) % {"count": count}
    return f"{words} {kept}"
