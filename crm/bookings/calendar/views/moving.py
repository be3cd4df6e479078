"""Moving a visit: by drag, by the "Move…" form that needs no pointer; and taking a change back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.bookings.actions import moving
from crm.bookings.actions.booking import WrongItem, items_in_order
from crm.bookings.calendar import when, words
from crm.bookings.calendar.arranging import Undo, arranged
from crm.bookings.calendar.rights import Viewer
from crm.bookings.calendar.views.answers import (
    changed,
    done,
    given,
    guest_of,
    is_part,
    number,
    place_of,
    refused_json,
    undo_of,
    wants_json,
)
from crm.bookings.catalogue import Catalogue, KnownPerson, catalogue
from crm.bookings.models import Booking, BookingItem
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

# More is refused as too long; this much can be reckoned with.
LONGEST_TRIED = 100_000


@require_http_methods(["GET", "POST"])
@allowed(Permission.BOOKINGS_EDIT, shared="calendar", named="")
def move(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The form, and the move itself: of the form as of a drag."""
    asked = Move(request, Viewer(request.member).booking(public_id))
    asked.viewer.check({one.professional_id for one in asked.items})
    return asked.form() if request.method == "GET" else asked.do()


@require_POST
@allowed(Permission.BOOKINGS_EDIT, shared="calendar", named="")
def undo(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Take the last change back, if nobody has changed anything since."""
    viewer = Viewer(request.member)
    row = viewer.booking(public_id)
    taking_back = Undo(request.member, viewer.check, viewer.may_override)
    try:
        fresh = taking_back.of(row, number(given(request, "version")), catalogue())
    except words.REFUSED as error:
        return changed(toast(request, words.refusal(error, request.member).words, status=409), row)
    return done(request, _("Taken back"), fresh, undo_url=undo_of(fresh) if fresh.version != row.version else "")


class Move:
    """One request that a visit be moved."""

    def __init__(self, request: SalonRequest, row: Booking) -> None:
        self.request, self.viewer, self.row = request, Viewer(request.member), row
        self.known: Catalogue = catalogue()
        self.items: Sequence[BookingItem] = items_in_order(row)
        # Which service was dragged, and where to; the form has a day and a time instead.
        self.place = number(self.given("position"))
        fields = when.joined(self.given("day"), self.given("time"))
        self.start = self.given("start") or when.chosen(self.given("exact"), fields)

    def given(self, name: str) -> str:
        """A value of the request."""
        return given(self.request, name)

    def do(self) -> HttpResponse:
        """Move it, or say why not."""
        override, by = self.given("override"), self.request.member
        if override and not self.viewer.may_override:
            raise PermissionDenied("override")
        try:
            wanted = self.wanted()
            self.viewer.check({one.professional for one in wanted})
            fresh = moving.arrange(
                self.row,
                wanted,
                by=by,
                version=number(self.given("version")),
                override=override,
                check=self.viewer.check,
            )
        except words.REFUSED as error:
            return self.refused(words.refusal(error, by))
        text = _("Moved: %(place)s") % {"place": place_of(fresh, items_in_order(fresh), catalogue())}
        return done(self.request, text, fresh, undo_url=undo_of(fresh))

    def wanted(self) -> list[moving.Arranged]:
        """By a drag one service says where it goes, and the others go along; the form says it of each."""
        if self.place is not None and self.place >= len(self.items):
            # There were more services when it was taken.
            raise when.WrongWhen(_("The visit was changed meanwhile. Look, and try again."))
        lead = self.items[self.place or 0]
        if self.given("resize"):
            return arranged(self.items, timedelta(), minutes={lead.position: _length(self.start, self.given("end"))})
        # Where the clock stays as it is, the moment stays too, even in the hour that comes twice.
        stays = self.start == when.wall(lead.starts_at, self.known.zone)
        by = timedelta() if stays else when.read_moment(self.start, self.known.zone) - lead.starts_at
        if self.place is not None:
            ref = self.given("professional")
            return arranged(self.items, by, people={self.place: self._person(ref)} if ref else {})
        people, lengths = {}, {}
        for one in self.items:
            if ref := self.given(f"who-{one.position}"):
                people[one.position] = self._person(ref)
            if length := self.given(f"minutes-{one.position}"):
                lengths[one.position] = min(number(length) or 0, LONGEST_TRIED)
        return arranged(self.items, by, people=people, minutes=lengths)

    def refused(self, refusal: words.Refusal) -> HttpResponse:
        """A drag gets the form as a way on, unless the visit is not what it was."""
        if not wants_json(self.request):
            return self.form(refusal)
        if refusal.code in ("stale", "state"):
            return refused_json(refusal)
        html = render_to_string("crm/bookings/calendar/move.html", self.context(refusal), request=self.request)
        return refused_json(refusal, html)

    def form(self, refusal: words.Refusal | None = None) -> HttpResponse:
        """The form as it is, or with what was tried."""
        if refusal and refusal.code == "stale":
            # What was typed stays; the next try is over what the other one wrote.
            self.row = Booking.objects.select_related("contact").get(pk=self.row.pk)
            self.items = items_in_order(self.row)
        name = "crm/bookings/calendar/move.html" if is_part(self.request) else "crm/bookings/calendar/move_page.html"
        return render(self.request, name, self.context(refusal), status=refusal.status if refusal else 200)

    def context(self, refusal: words.Refusal | None) -> dict[str, Any]:
        """What the form shows."""
        wall = self._tried()
        return {
            "booking": self.row,
            "guest": guest_of(self.row),
            "day": wall[:10],
            "time": wall[11:16],
            "exact": wall if len(wall) > 16 else "",
            "lines": [self._line(one) for one in self.items],
            "refusal": refusal,
            "override": self.given("override"),
            "viewer": self.viewer,
            "starts": when.said(self.row.starts_at, self.known.zone),
        }

    def _tried(self) -> str:
        """When the visit's first service would begin; of a drag it may have been another that was taken."""
        now = when.wall(self.items[0].starts_at, self.known.zone)
        if len(self.start) < 16 or self.given("resize"):
            return now
        if not self.place or self.place >= len(self.items):
            return self.start
        try:
            tried = datetime.fromisoformat(self.start)
            lead = tried - (self.items[self.place].starts_at - self.items[0].starts_at)
        except (ValueError, OverflowError):
            return now
        return lead.isoformat(timespec="minutes")

    def _line(self, one: BookingItem) -> dict[str, Any]:
        is_dragged = self.place == one.position
        chosen = self.given(f"who-{one.position}") or (self.given("professional") if is_dragged else "")
        length = int((one.ends_at - one.starts_at) / timedelta(minutes=1))
        if is_dragged and self.given("resize"):
            try:
                length = max(_length(self.start, self.given("end")), 1)
            except when.WrongWhen:
                pass  # said already; the form shows how long it is
        people = [person for person in self.known.people.values() if self._may_do(one, person)]
        return {
            "position": one.position,
            "service": self.known.services[one.service_id].name,
            "people": [(str(person.public_id), person.name) for person in people],
            "who": chosen or str(self.known.people[one.professional_id].public_id),
            "minutes": number(self.given(f"minutes-{one.position}")) or length,
        }

    def _may_do(self, one: BookingItem, person: KnownPerson) -> bool:
        if person.pk == one.professional_id:
            return True
        if person.is_archived or not self.viewer.booked.reach(person.pk):
            return False
        return one.service_id in person.shapes or self.viewer.may_override

    def _person(self, ref: str) -> int:
        for pk, one in self.known.people.items():
            if str(one.public_id) == ref:
                return pk
        raise WrongItem(0, "professional", "not_there", "")


def _length(start: str, end: str) -> int:
    try:
        found = datetime.fromisoformat(end[:16]) - datetime.fromisoformat(start[:16])
    except ValueError:
        raise when.WrongWhen(_("Choose a day and a time.")) from None
    return min(int(found / timedelta(minutes=1)), LONGEST_TRIED)
