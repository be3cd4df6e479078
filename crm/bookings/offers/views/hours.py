"""When a professional works: the week, and days that differ."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.bookings import defaults
from crm.bookings.actions import arranging, offering
from crm.bookings.models import DatedHours, Professional
from crm.bookings.offers.acting import go, told
from crm.bookings.offers.days import day_rows, save_day
from crm.bookings.offers.outside import SHOWN, outside
from crm.bookings.offers.parts import clock
from crm.bookings.offers.person_form import DatedForm, WeekForm, hours_known
from crm.bookings.offers.saving import Clashed, save
from crm.bookings.rights import visible_bookings
from ops import untrusted
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

PAGE = "crm/bookings/offers/hours.html"
DAY = "crm/bookings/offers/day.html"


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def hours(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Hours and breaks of the week."""
    found = get_object_or_404(Professional, public_id=public_id)
    if request.method != "POST":
        return _page(request, found, WeekForm(row=found))
    form = WeekForm(request.POST, row=found)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    values = form.values()
    try:
        save(form, lambda version: offering.change(found, values, by=request.member, version=version), hours_known)
    except Clashed as clash:
        fresh = Professional.objects.get(pk=found.pk)
        return _page(request, fresh, WeekForm(row=fresh, shown=clash.shown), status=409, **clash.context())
    words = with_outside(_("Saved."), request, found)
    return go(request, reverse("professionals:hours", args=[public_id]), words)


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def add_day(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """A day that differs; `back` brings one back that was taken away."""
    found = get_object_or_404(Professional, public_id=public_id)
    if request.method == "POST" and request.GET.get("back"):
        return put_back(request, found)
    return day_page(request, found, None, reverse("professionals:hours", args=[public_id]))


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def day(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Change it."""
    found = get_object_or_404(
        DatedHours.objects.select_related("professional").exclude(professional=None), public_id=public_id
    )
    person: Any = found.professional
    return day_page(request, person, found, reverse("professionals:hours", args=[person.public_id]))


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def delete_day(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The week's hours again."""
    found = get_object_or_404(
        DatedHours.objects.select_related("professional").exclude(professional=None), public_id=public_id
    )
    person: Any = found.professional
    return deleted(request, found, reverse("professionals:add_day", args=[person.public_id]))


def day_page(request: SalonRequest, person: Professional | None, row: DatedHours | None, back: str) -> HttpResponse:
    """The form of one day, of a professional or of the whole salon."""
    form = DatedForm(request.POST if request.method == "POST" else None, row=row)
    context: dict[str, Any] = {"form": form, "person": person, "row": row, "back": back}
    if request.method != "POST":
        return render(request, DAY, context)
    if form.is_valid():
        try:
            save_day(form, row, person, by=request.member)
        except arranging.DayTaken as taken:
            form.add_error("date", _("This day has hours of its own already: change those."))
            context["other"] = taken.row
        except Clashed as clash:
            fresh = DatedHours.objects.get(pk=clash.row.pk)
            context |= {"form": DatedForm(row=fresh, shown=clash.shown), "row": fresh, **clash.context()}
            return render(request, DAY, context, status=409)
        except DatedHours.DoesNotExist:
            form.add_error(None, _("Somebody else took this day off the list meanwhile. Add it again if it is needed."))
        else:
            return go(request, back, with_outside(_("Saved."), request, person))
    return render(request, DAY, context, status=422)


def put_back(request: SalonRequest, person: Professional | None) -> HttpResponse:
    """A day that was taken off the list stands there again."""
    try:
        given = untrusted.loads(request.GET["back"])
        form = DatedForm(_as_typed(given))
    except (ValueError, TypeError, KeyError, AttributeError):
        return told(request, _("That did not work. Try again; nothing was changed."), status=422)
    if not form.is_valid():
        return told(request, _("That did not work. Try again; nothing was changed."), status=422)
    try:
        arranging.save_day(None, person, form.values(), by=request.member)
    except arranging.DayTaken:
        return told(request, _("This day has hours of its own already: change those."), status=409)
    return told(request, _("It is there again."))


def deleted(request: SalonRequest, row: DatedHours, back: str) -> HttpResponse:
    """Take it off the list, with Undo."""
    was = arranging.clear_day(row, by=request.member)
    words = with_outside(_("On that day the hours of the week hold."), request, row.professional)
    return told(request, words, undo_url=f"{back}?{urlencode({'back': json.dumps(was)})}")


def with_outside(words: str, request: SalonRequest, person: Professional | None) -> str:
    """The words, and how many visits stand outside of the hours now."""
    count = len(outside(people_of(person), visible_bookings(request.member)))
    if not count:
        return words
    kept = ngettext(
        "%(count)d visit is outside of the hours now; it is kept, and listed here.",
        "%(count)d visits are outside of the hours now; they are kept, and listed here.",
        count,
    ) % {"count": count}
    return f"{words} {kept}"


def people_of(person: Professional | None) -> list[int]:
    """Them, or everybody."""
    if person is not None:
        return [person.pk]
    return list(Professional.objects.filter(archived_at=None).values_list("pk", flat=True))


def _as_typed(given: dict[str, Any]) -> Any:
    """What was there, as the form takes it."""
    data = QueryDict(mutable=True)
    data.update({"date": given["date"], "reason": given["reason"]})
    if given["is_yearly"]:
        data["is_yearly"] = "on"
    for start, end in given["hours"]:
        data.appendlist("hours-from", clock(int(start)))
        data.appendlist("hours-until", clock(int(end)))
    return data


def _page(
    request: SalonRequest, found: Professional, form: WeekForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    stays = outside([found.pk], visible_bookings(request.member))
    context = {
        "form": form,
        "person": found,
        "tab": "hours",
        "days": day_rows(found),
        "salon_hours": defaults.policy().hours,
        "outside": stays[:SHOWN],
        "outside_count": len(stays),
        **more,
    }
    return render(request, PAGE, context, status=status)
