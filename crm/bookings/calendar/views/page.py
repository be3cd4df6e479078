"""The page itself, the days it asks for, and the month at a glance."""

import calendar as months
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, DateField, Q
from django.db.models.functions import Cast, TruncDate
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import formats
from django.utils.dates import MONTHS, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.bookings.availability.wall import instant, moment_of
from crm.bookings.calendar import days, when
from crm.bookings.calendar.js_words import js_words
from crm.bookings.calendar.rights import Viewer
from crm.bookings.catalogue import Catalogue, catalogue
from crm.bookings.models import Booking, BookingItem
from crm.bookings.rights import visible_bookings
from ops import clock
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

VIEWS = ("day", "week", "list")
# In place of a professional: a column for each chair and room.
ROOMS = "rooms"
# Which states a legend explains, in the order in which a visit passes them.
LEGEND = ("held", "booked", "confirmed", "arrived", "done", "no_show", "cancelled")


@require_GET
@allowed(Permission.BOOKINGS_SEE, shared="calendar", named="")
def calendar(request: SalonRequest) -> HttpResponse:
    """The calendar; `view`, `date` and `who` say where it opens."""
    known, viewer = catalogue(), Viewer(request.member)
    people = [one for one in viewer.professionals() if one.archived_at is None]
    today = _today(known)
    day = when.read_day(request.GET.get("date", "")) or today
    wanted, who = request.GET.get("view", ""), request.GET.get("who", "")
    has_rooms = bool(known.things) and viewer.sees_all
    is_known = any(str(one.public_id) == who for one in people) or (who == ROOMS and has_rooms)
    context = {
        "people": people,
        "who": who if is_known else "",
        "has_rooms": has_rooms,
        "view": wanted if wanted in VIEWS else "",
        "date": day.isoformat(),
        "legend": [(state, Booking.State(state).label) for state in LEGEND],
        "viewer": viewer,
        "may_manage": request.member.may(Permission.SERVICES_MANAGE),
        "locale": get_language() or settings.LANGUAGE_CODE,
        "first_day": int(str(formats.get_format("FIRST_DAY_OF_WEEK"))),
        "words": js_words(),
        "clock": days.now(known),
    }
    return render(request, "crm/bookings/calendar/calendar.html", context)


@require_GET
@allowed(Permission.BOOKINGS_SEE, shared="calendar", named="")
def of_days(request: SalonRequest) -> JsonResponse:
    """What stands from one day up to and without another."""
    first, last = (when.read_day(request.GET.get(name, "")) for name in ("from", "to"))
    if first is None or last is None or not 0 < (last - first).days <= days.MOST_DAYS:
        return JsonResponse({"reason": _("Ask for 1 to %(most)d days.") % {"most": days.MOST_DAYS}}, status=422)
    found = days.read(Viewer(request.member), first, last, with_cancelled=request.GET.get("cancelled") == "1")
    return JsonResponse(found)


@require_GET
@allowed(Permission.BOOKINGS_SEE, shared="calendar", named="")
def month(request: SalonRequest) -> HttpResponse:
    """How many visits each day of a month has, with whom they are."""
    known, viewer = catalogue(), Viewer(request.member)
    today = _today(known)
    first = when.read_day(f"{request.GET.get('month', '')}-01") or today.replace(day=1)
    people = [one for one in viewer.professionals() if one.archived_at is None]
    who = next((one for one in people if str(one.public_id) == request.GET.get("who", "")), None)
    start_of_week = int(str(formats.get_format("FIRST_DAY_OF_WEEK")))
    weeks = months.Calendar((start_of_week - 1) % 7).monthdatescalendar(first.year, first.month)
    counts = _counts(viewer, known, weeks[0][0], weeks[-1][-1], [who.pk] if who else None)
    most = max((all_ for all_, _open in counts.values()), default=0)
    context = {
        "month": first,
        "title": f"{MONTHS[first.month]} {first.year}",
        "before": (first - timedelta(days=1)).strftime("%Y-%m"),
        "after": (first + timedelta(days=31)).strftime("%Y-%m"),
        "today": today,
        "heads": [(WEEKDAYS_ABBR[day.weekday()], WEEKDAYS[day.weekday()]) for day in weeks[0]],
        "weeks": [[_day(day, first, today, counts, most) for day in week] for week in weeks],
        "people": people,
        "who": str(who.public_id) if who else "",
        "viewer": viewer,
    }
    return render(request, "crm/bookings/calendar/month.html", context)


def _day(day: date, first: date, today: date, counts: dict[date, tuple[int, int]], most: int) -> dict[str, Any]:
    visits, unconfirmed = counts.get(day, (0, 0))
    return {
        "day": day,
        "iso": day.isoformat(),
        "is_other": day.month != first.month,
        "is_today": day == today,
        "count": visits,
        "open": unconfirmed,
        # From a glance: one to five, by the fullest day of the month.
        "fullness": -(-5 * visits // most) if most else 0,
    }


def _counts(
    viewer: Viewer, known: Catalogue, first: date, last: date, people: list[int] | None
) -> dict[date, tuple[int, int]]:
    """Visits by day of the salon, and how many of them nobody has confirmed; one question."""
    start = moment_of(instant(known.zone, first.toordinal(), 0))
    end = moment_of(instant(known.zone, last.toordinal() + 1, 0))
    rows = visible_bookings(viewer.member).filter(starts_at__gte=start, starts_at__lt=end)
    rows = rows.exclude(state__in=(Booking.State.CANCELLED, Booking.State.HELD))
    if people is not None:
        with_them = BookingItem.objects.filter(professional__in=people, starts_at__gte=start, starts_at__lt=end)
        rows = rows.filter(pk__in=with_them.values("booking_id"))
    found = (
        rows.annotate(day=Cast(TruncDate("starts_at", tzinfo=known.zone), DateField()))
        .values("day")
        .annotate(visits=Count("pk"), open=Count("pk", filter=Q(state=Booking.State.BOOKED)))
        .values_list("day", "visits", "open")
        .order_by("day")
    )
    return {day: (visits, unconfirmed) for day, visits, unconfirmed in found}


def _today(known: Catalogue) -> date:
    return clock.now().astimezone(known.zone).date()
