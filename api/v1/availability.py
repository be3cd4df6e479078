"""/api/v1/availability/"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_date
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotYours, invalid
from api.examples import described
from api.v1.booking_bodies import Moment, SlotOut, WhyOut, shown_slots, shown_why
from api.viewset import SalonViewSet
from crm.bookings import asking
from crm.bookings.actions.booking import MOST_ITEMS
from crm.bookings.availability.types import Wish
from crm.bookings.availability.wall import minute_of
from crm.bookings.catalogue import Catalogue, catalogue
from crm.bookings.models import Service
from crm.bookings.rights import calendars_seen
from crm.bookings.sharing import CALENDAR
from ops import clock
from tenants.access.roles import Permission

LONGEST_DAYS = 62
MOST_SLOTS = 5000


EXAMPLE = {
    "results": [
        {
            "starts_at": "2026-11-27T13:00:00Z",
            "items": [
                {
                    "service": "019a2001-5c6d-7e8f-9a0b-1c2d3e4f5a6b",
                    "professional": "019a2001-0a1b-7c2d-8e3f-4a5b6c7d8e9f",
                    "starts_at": "2026-11-27T13:00:00Z",
                    "ends_at": "2026-11-27T13:45:00Z",
                }
            ],
        }
    ]
}


@described("Availability", EXAMPLE)
class AvailabilityOut(serializers.Serializer[Any]):
    """When a visit may begin."""

    results = SlotOut(many=True)
    why = WhyOut(many=True, required=False, help_text="Only with `starts_at`: why it cannot begin then.")


QUERY = [
    OpenApiParameter("service", OpenApiTypes.STR, required=True, many=True,
                     description="The services of the visit in their order; the name is repeated."),
    OpenApiParameter("professional", OpenApiTypes.STR, many=True,
                     description="With whom: one for all services, or one for each. Left out or `anyone`: anyone."),
    OpenApiParameter("from", OpenApiTypes.DATE, description="The first day in the salon's zone. Left out: today."),
    OpenApiParameter("to", OpenApiTypes.DATE,
                     description=f"The last day, included; at most {LONGEST_DAYS} days. Left out: six days later."),
    OpenApiParameter("starts_at", OpenApiTypes.STR, description="Instead of days: only then, and if not, why not."),
    OpenApiParameter("limit", OpenApiTypes.INT, description="At most so many slots."),
]  # fmt: skip


class AvailabilityViewSet(SalonViewSet[Service]):
    """When a visit may begin, by the rules that bind guests (lead time, horizon, grid)."""

    what = "slot"
    shared = CALENDAR
    permissions = {"list": Permission.BOOKINGS_SEE}
    query_names = {"list": ("service", "professional", "from", "to", "starts_at")}
    repeated_names = ("service", "professional")
    queryset = Service.objects.all()
    serializer_class = AvailabilityOut
    pagination_class = None
    filter_backends: list[Any] = []

    @extend_schema(parameters=QUERY, responses={200: forced_singular_serializer(AvailabilityOut)})
    def list(self, request: Request) -> Response:
        """The slots in order of time, each with who would do what."""
        known = catalogue()
        asked = asking.Asked(self._wishes(request, known))
        most = self._most(request)
        if "starts_at" in request.query_params:
            start = self._moment(request)
            why = asking.why_not(asked, start)
            return Response({"results": shown_slots([] if why else asking.at(asked, start)), "why": shown_why(why)})
        first, last = self._days(request, known)
        return Response({"results": shown_slots(asking.slots(asked, first, last, most=most))})

    def _wishes(self, request: Request, known: Catalogue) -> tuple[Wish, ...]:
        services = [self._key(value, "service", known.services) for value in request.query_params.getlist("service")]
        if not 1 <= len(services) <= MOST_ITEMS:
            raise invalid("service", f"Must be given, once for each service of the visit, at most {MOST_ITEMS}.")
        if any(known.services[pk].is_archived or known.services[pk].is_add_on for pk in services):
            raise invalid("service", "Must be services that can be booked.")
        names = request.query_params.getlist("professional")
        if len(names) not in (0, 1, len(services)):
            raise invalid("professional", "Must be one for all services, or one for each.")
        people = [None if one == "anyone" else self._key(one, "professional", known.people) for one in names]
        people = (people or [None]) * (len(services) if len(people) < 2 else 1)
        seen = calendars_seen(self.actor.who)
        if any(pk is not None and not seen.reach(pk) for pk in people):
            raise NotYours("professional", "professional")
        # For whoever sees some calendars only, anyone is one of these.
        anyone = seen.anyone()
        return tuple(
            asking.wish(known, service, asking.people_of(who, anyone))
            for service, who in zip(services, people, strict=True)
        )

    def _key(self, value: str, what: str, rows: Any) -> int:
        try:
            wanted = UUID(value)
        except ValueError:
            raise invalid(what, "Must be an id.") from None
        found = next((pk for pk, row in rows.items() if row.public_id == wanted), None)
        if found is None:
            raise NotYours(what, what)
        return int(found)

    def _days(self, request: Request, known: Catalogue) -> tuple[date, date]:
        today = clock.now().astimezone(known.zone).date()
        first = self._day(request, "from") or today
        last = self._day(request, "to") or first + timedelta(days=6)
        if last < first:
            raise invalid("to", "Must not be before `from`.")
        if (last - first).days >= LONGEST_DAYS:
            raise invalid("to", f"Must be within {LONGEST_DAYS} days of `from`.")
        return first, last

    def _day(self, request: Request, name: str) -> date | None:
        text = request.query_params.get(name)
        if text is None:
            return None
        try:
            found = parse_date(text)
        except ValueError:
            found = None
        if found is None or not 1971 <= found.year <= 9000:
            raise invalid(name, "Must be a day, e.g. 2026-11-20.")
        return found

    def _moment(self, request: Request) -> int:
        text = request.query_params["starts_at"]
        try:
            return minute_of(Moment().to_internal_value(text.replace(" ", "+") if "T" in text else text))
        except serializers.ValidationError as wrong:
            raise exceptions.ValidationError({"starts_at": wrong.detail}) from None

    def _most(self, request: Request) -> int:
        text = request.query_params.get("limit", "")
        if text and not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST_SLOTS):
            raise invalid("limit", f"Must be a whole number from 1 to {MOST_SLOTS}.")
        return int(text) if text else MOST_SLOTS
