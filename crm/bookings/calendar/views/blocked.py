"""Time in which somebody takes nobody: blocked or off, made, moved and taken back."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.bookings.actions import blocking
from crm.bookings.actions.placing import in_turn, lock
from crm.bookings.calendar import when, words
from crm.bookings.calendar.rights import Viewer
from crm.bookings.calendar.views.answers import changed, given, is_part, number, refused_json, wants_json
from crm.bookings.catalogue import catalogue
from crm.bookings.models import BlockedTime, Professional
from crm.bookings.rights import visible_bookings
from portal.frame.toasts import add_toast, toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

KINDS = (BlockedTime.Kind.BLOCK, BlockedTime.Kind.TIME_OFF)
MOST_CONFLICTS = 20
USUAL = timedelta(hours=1)
LONGEST_REASON = 120


@require_http_methods(["GET", "POST"])
@allowed(Permission.BOOKINGS_EDIT, shared="calendar", named="")
def new(request: SalonRequest) -> HttpResponse:
    """The form, and the block that it makes."""
    form = BlockForm(request)
    return form.page() if request.method == "GET" else form.save()


@require_http_methods(["GET", "POST"])
@allowed(Permission.BOOKINGS_EDIT, shared="calendar", named="")
def time(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The same of one that is there; a drag sends its times alone."""
    viewer = Viewer(request.member)
    row = viewer.blocked_time(public_id)
    viewer.check({row.resource_id})
    form = BlockForm(request, row)
    return form.page() if request.method == "GET" else form.save()


@require_POST
@allowed(Permission.BOOKINGS_EDIT, shared="calendar", named="")
def cancel(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Take it back; the time is free."""
    viewer = Viewer(request.member)
    row = viewer.blocked_time(public_id)
    viewer.check({row.resource_id})
    gone = blocking.unblock(row, by=request.member)
    return _said(request, _("The time is free again"), _undo(row, gone))


class BlockForm:
    """One request for the form, of a block that is there or of a new one."""

    def __init__(self, request: SalonRequest, row: BlockedTime | None = None) -> None:
        self.request, self.row, self.viewer = request, row, Viewer(request.member)
        self.zone = catalogue().zone
        self.people = [
            one for one in self.viewer.professionals() if one.archived_at is None or (row and one.pk == row.resource_id)
        ]

    def given(self, name: str, most: int = 40) -> str:
        """A value of the request."""
        return given(self.request, name, most)

    def page(self, refusal: words.Refusal | None = None, conflicts: Any = ()) -> HttpResponse:
        """The form, perhaps with why not."""
        start, end = self._walls()
        context = {
            "row": self.row,
            "people": self.people,
            "who": self.given("professional") or (str(self.row.resource.public_id) if self.row else ""),
            "start": (start[:10], start[11:16]),
            "end": (end[:10], end[11:16]),
            "kind": self.given("kind") or (self.row.kind if self.row else BlockedTime.Kind.BLOCK),
            "kinds": [
                (KINDS[0], _("Blocked: nothing else fits in")),
                (KINDS[1], _("Time off: visits that are there stay")),
            ],
            "reason": self.given("reason", LONGEST_REASON) or (self.row.reason if self.row else ""),
            "refusal": refusal,
            "conflicts": conflicts,
            "viewer": self.viewer,
        }
        name = "crm/bookings/calendar/block.html" + ("#form" if is_part(self.request) else "")
        return render(self.request, name, context, status=refusal.status if refusal else 200)

    def save(self) -> HttpResponse:
        """Write it, or say why not."""
        try:
            person = self._person()
            start, end = self._moments()
            saved = self._write(person, start, end)
        except words.REFUSED as error:
            refusal = words.refusal(error, self.request.member)
            return refused_json(refusal) if wants_json(self.request) else self.page(refusal)
        undo_url = _undo(self.row, saved) if self.row and not self.row.cancelled_at else ""
        text = _("Blocked") if saved.kind == BlockedTime.Kind.BLOCK else _("Time off noted")
        return self._saved(saved, f"{text}: {person.name}, {when.said(saved.starts_at, self.zone)}", undo_url)

    def _saved(self, saved: BlockedTime, text: str, undo_url: str) -> HttpResponse:
        inside = [one.pk for one in blocking.conflicts(saved)] if saved.kind == BlockedTime.Kind.TIME_OFF else []
        seen = list(
            visible_bookings(self.request.member).filter(pk__in=inside).select_related("contact")[:MOST_CONFLICTS]
        )
        if not seen or wants_json(self.request) or not is_part(self.request):
            return _said(self.request, text, undo_url)
        # They stay where they are; somebody should look at each.
        self.row = saved
        rows = [(one, when.said(one.starts_at, self.zone)) for one in seen]
        return changed(add_toast(self.page(conflicts=rows), text, undo_url=undo_url))

    def _write(self, person: Professional, start: datetime, end: datetime) -> BlockedTime:
        by, row, version = self.request.member, self.row, number(self.given("version"))
        values = {"starts_at": start, "ends_at": end}
        if "reason" in self.request.POST or "reason" in self.request.GET:
            values["reason"] = self.given("reason", LONGEST_REASON)  # type: ignore[assignment]
        if row is not None and row.resource_id == person.pk and row.cancelled_at is None:
            return blocking.change(row, values, by=by, version=version)
        reason = str(values.get("reason", row.reason if row else ""))
        kind = row.kind if row else self.given("kind") or BlockedTime.Kind.BLOCK
        if kind not in KINDS:
            kind = BlockedTime.Kind.BLOCK

        def work() -> BlockedTime:
            # In somebody else's column, or once more: another block. All locks at once, as bookings take them.
            lock({person.pk, *([row.resource_id] if row else [])})
            if row is not None:
                fresh = BlockedTime.objects.select_for_update().get(pk=row.pk)
                if version is not None and fresh.version != version:
                    raise blocking.Stale(fresh)
                if fresh.cancelled_at is None:
                    blocking.unblock(fresh, by=by)
                elif (fresh.resource_id, fresh.starts_at, fresh.ends_at) == (person.pk, start, end):
                    return blocking.block_again(fresh, by=by)
            return blocking.block(person, start, end, by=by, kind=kind, reason=reason)

        return in_turn(work)

    def _person(self) -> Professional:
        ref = self.given("professional")
        for one in self.people:
            if str(one.public_id) == ref or (not ref and self.row and one.pk == self.row.resource_id):
                self.viewer.check({one.pk})
                return one
        raise when.WrongWhen(_("Choose whose time it is."))

    def _moments(self) -> tuple[datetime, datetime]:
        start, end = self._walls()
        row = self.row
        if row and start == when.wall(row.starts_at, self.zone):
            begins = row.starts_at
        else:
            begins = when.read_moment(start, self.zone)
        ends = row.ends_at if row and end == when.wall(row.ends_at, self.zone) else when.read_moment(end, self.zone)
        return begins, ends

    def _walls(self) -> tuple[str, str]:
        """From and until on the wall: of the form, of a drag, of the row; a click has no end."""
        found = []
        for name, at in (("start", self.row and self.row.starts_at), ("end", self.row and self.row.ends_at)):
            fields = when.joined(self.given(f"{name}_day"), self.given(f"{name}_time"))
            text = self.given(name) if len(self.given(name)) >= 16 else fields if len(fields) >= 16 else ""
            found.append(text or (when.wall(at, self.zone) if at else given(self.request, "day", 10)))
        start, end = found
        if len(start) >= 16 and len(end) < 16 and self.request.method == "GET":
            try:
                end = (datetime.fromisoformat(start) + USUAL).isoformat(timespec="minutes")
            except (ValueError, OverflowError):
                start = ""
        return start, end


def _undo(was: BlockedTime, saved: BlockedTime) -> str:
    """The address that makes of the one what the other was."""
    zone = catalogue().zone
    query = {
        "start": was.starts_at.astimezone(zone).isoformat(timespec="minutes"),
        "end": was.ends_at.astimezone(zone).isoformat(timespec="minutes"),
        "reason": was.reason,
        "professional": was.resource.public_id,
        # What somebody else changed since is theirs.
        "version": saved.version,
    }
    return f"{reverse('calendar:time', args=[saved.public_id])}?{urlencode(query)}"


def _said(request: SalonRequest, text: str, undo_url: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"text": text, "undo": undo_url})
    if is_part(request):
        return changed(toast(request, text, undo_url=undo_url))
    toast(request, text)
    return HttpResponseRedirect(reverse("calendar:calendar"), status=303)
