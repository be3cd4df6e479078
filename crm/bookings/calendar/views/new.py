"""A new visit: by a click on a free time, from a guest's page, or for somebody who has just walked in."""

import hashlib
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.bookings.actions import booking as making
from crm.bookings.actions import series, states
from crm.bookings.actions.booking import items_in_order
from crm.bookings.calendar import drafts, when, words
from crm.bookings.calendar.drafts import Draft
from crm.bookings.calendar.guests import Guests, NoGuest
from crm.bookings.calendar.rights import Viewer
from crm.bookings.calendar.views.answers import changed, given, guest_of, is_part, number, place_of, undo_of
from crm.bookings.catalogue import Catalogue, catalogue
from crm.bookings.models import Booking, Service
from ops import clock
from ops.ids import uuid7
from portal.frame.toasts import add_toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

LONGEST_NOTE = 2000
# A form that is sent twice is one booking: they begin at the same time, or (walk-ins) within this of each other.
TWICE = timedelta(minutes=15)


@require_http_methods(["GET", "POST"])
@allowed(Permission.BOOKINGS_EDIT, shared="calendar", named="")
def new(request: SalonRequest) -> HttpResponse:
    """The form; ?start= and ?professional= of the place that was clicked, ?contact= or ?conversation= of the guest."""
    form = NewVisit(request)
    return form.page() if request.method == "GET" else form.book()


@require_POST
@allowed(Permission.BOOKINGS_EDIT, shared="calendar", named="")
def look(request: SalonRequest) -> HttpResponse:
    """The form as it is filled in so far, with the times that would do and why the chosen one would not."""
    return NewVisit(request).page()


@require_GET
@allowed(Permission.BOOKINGS_EDIT, shared="calendar", named="")
def people(request: SalonRequest) -> HttpResponse:
    """Guests, while somebody types a name or a phone."""
    search = given(request, "search", 80)
    rows = Guests(request).found(search)
    return render(request, "crm/bookings/calendar/people.html", {"rows": rows, "search": search})


class NewVisit:
    """One request for the form."""

    def __init__(self, request: SalonRequest) -> None:
        self.request, self.viewer = request, Viewer(request.member)
        self.known: Catalogue = catalogue()
        data = request.POST if request.method == "POST" else request.GET
        self.draft = Draft.read(data)
        self.is_walk_in = bool(given(request, "walk_in"))
        self.guests = Guests(request)
        if data.get("more"):
            self.draft.lines.append(drafts.Line(who=self.draft.lines[-1].who))
        if (out := number(data.get("less", ""))) is not None and out < len(self.draft.lines) > 1:
            del self.draft.lines[out]
        now = clock.now().astimezone(self.known.zone)
        if self.is_walk_in:
            self.draft.day, self.draft.time, self.draft.exact = f"{now:%Y-%m-%d}", f"{now:%H:%M}", ""
        elif not self.draft.day:
            self.draft.day = f"{now:%Y-%m-%d}"

    def page(self, *, refusal: words.Refusal | None = None, taken: Any = (), problem: str = "") -> HttpResponse:
        """The form, perhaps with why it was not booked."""
        found = drafts.look(self.draft, self.known, self.viewer)
        headings = dict(Service.objects.filter(category__isnull=False).values_list("pk", "category__name"))
        context = {
            "draft": self.draft,
            "lines": drafts.choices(self.draft, self.known, self.viewer, headings),
            "look": found,
            "refusal": refusal,
            "problem": problem,
            "taken": taken,
            "viewer": self.viewer,
            "is_walk_in": self.is_walk_in,
            "guest": self.guests.chosen(),
            "talk": self.guests.conversation,
            "token": given(self.request, "token", 40) or uuid7().hex,
            "note": given(self.request, "note", LONGEST_NOTE),
            "override": given(self.request, "override"),
            "typed": {name: given(self.request, name, 120) for name in ("name", "phone", "search")},
            "may_write_guests": self.request.member.may(Permission.CONTACTS_EDIT),
            "most": making.MOST_ITEMS,
            "end": given(self.request, "end", 20),
            "units": [("days", _("days")), ("weeks", _("weeks"))],
        }
        name = "crm/bookings/calendar/new.html" + ("#form" if is_part(self.request) else "")
        status = 200
        if refusal or problem or taken:
            status = refusal.status if refusal else 409 if taken else 422
        return render(self.request, name, context, status=status)

    def book(self) -> HttpResponse:
        """Book it, or say why not."""
        override = given(self.request, "override")
        if override and not self.viewer.may_override:
            raise PermissionDenied("override")
        try:
            made = self._once(override)
        except NoGuest as wrong:
            return self.page(problem=wrong.words)
        except series.SeriesTaken as error:
            known = self.known
            rows = [(when.said(at, known.zone), words.why_words(one.why, known)) for at, one in error.refused]
            return self.page(taken=rows)
        except words.REFUSED as error:
            return self.page(refusal=words.refusal(error, self.request.member))
        return self._booked(made)

    def _once(self, override: str) -> list[Booking]:
        token = given(self.request, "token", 40)
        start = clock.now().replace(second=0, microsecond=0) if self.is_walk_in else self.draft.start(self.known)
        items = self.draft.items(self.known, self.viewer, start)
        rule = None if self.is_walk_in else self.draft.rule()
        with transaction.atomic():
            if token:
                _wait_for(token)
                around = Booking.objects.filter(starts_at__range=(start - TWICE, start + TWICE), details__token=token)
                if sent := around.select_related("contact").first():
                    return [sent]
            contact, name = self.guests.written(needed=not self.is_walk_in)
            talk = self.guests.conversation
            wanted = making.NewBooking(
                items=items,
                contact=contact,
                guest_name=name,
                conversation_id=talk.pk if talk and contact and talk.contact_id == contact.pk else None,
                source="walk_in" if self.is_walk_in else "portal",
                note=given(self.request, "note", LONGEST_NOTE),
                details={"token": token} if token else {},
            )
            by = self.request.member
            if rule is not None:
                skip = bool(given(self.request, "skip_taken"))
                return series.book_series(wanted, rule, by=by, override=override, skip_taken=skip).bookings
            made = making.book(wanted, by=by, override=override)
            return [states.arrive(made, by=by) if self.is_walk_in else made]

    def _booked(self, made: list[Booking]) -> HttpResponse:
        first = made[0]
        url = reverse("calendar:booking", args=[first.public_id])
        if not is_part(self.request):
            return HttpResponseRedirect(url, status=303)
        place = place_of(first, items_in_order(first), self.known)
        text = _("Booked: %(guest)s, %(place)s") % {"guest": guest_of(first) or _("Walk-in"), "place": place}
        if len(made) > 1:
            text = ngettext("%(count)d visit booked", "%(count)d visits booked", len(made)) % {"count": len(made)}
        answer = HttpResponse(status=200, headers={"HX-Reswap": "none"})
        undo_url = undo_of(first) if len(made) == 1 and not self.is_walk_in else ""
        return changed(add_toast(answer, text, undo_url=undo_url), first)


def _wait_for(token: str) -> None:
    """Of two that are sent at once the second waits, and finds what the first has booked."""
    digest = hashlib.blake2b(f"form:{token}".encode(), digest_size=8).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest, "big", signed=True)])
