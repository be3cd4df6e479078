"""/api/v1/professionals/"""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import Conflict, NotYours, invalid
from api.examples import described
from api.fields import Body, IdText, Instant, PublicIdField
from api.filters import IdFilter, OfferedFilter
from api.idempotency import idempotent
from api.v1.deals import own_members
from api.v1.service_bodies import MOST_MINOR, PRICE, WEEK, Checked, ServiceSegment
from api.v1.services import VERSION
from api.viewset import SalonViewSet
from crm.bookings import shapes
from crm.bookings.actions import offering
from crm.bookings.models import DatedHours, Professional, ProfessionalService, Service
from tenants.access.roles import Permission

NINE_TO_SEVEN: list[list[list[int]]] = [*([[540, 1140]] for _ in range(6)), []]
EXAMPLE = {
    "id": "019a2001-0a1b-7c2d-8e3f-4a5b6c7d8e9f",
    "name": "Ana",
    "title": "Cabeleireira",
    "about": "",
    "email": "",
    "phone": "",
    "colour": "#206bc4",
    "member": None,
    "commission_percent": "40.00",
    "hours": NINE_TO_SEVEN,
    "breaks": [*([[720, 780]] for _ in range(6)), []],
    "dated_hours": [{"date": "2026-12-24", "hours": [[540, 720]], "reason": "Christmas Eve", "is_yearly": False}],
    "services": [
        {
            "service": "019a2001-5c6d-7e8f-9a0b-1c2d3e4f5a6b",
            "segments": None,
            "price_minor": None,
        }
    ],
    "is_online": True,
    "order": 1,
    "version": 1,
    "created_at": "2026-11-20T15:00:00Z",
    "updated_at": "2026-11-20T15:00:00Z",
    "archived_at": None,
}


def services_in_use() -> QuerySet[Service]:
    """What a professional may do."""
    return Service.objects.filter(archived_at=None)


class DatedOut(serializers.Serializer[Any]):
    """The hours of one day."""

    date = serializers.DateField()
    hours = serializers.JSONField()
    reason = serializers.CharField()
    is_yearly = serializers.BooleanField()


class OfferedServiceOut(serializers.Serializer[Any]):
    """A service that they do; what is null is the service's own."""

    service = serializers.UUIDField()
    segments = ServiceSegment(many=True, allow_null=True)
    price_minor = serializers.IntegerField(allow_null=True, help_text=PRICE)


@described("Professional", EXAMPLE)
class ProfessionalOut(serializers.Serializer[Any]):
    """Who works on guests."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    title = serializers.CharField()
    about = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    colour = serializers.CharField()
    member = serializers.UUIDField(allow_null=True, help_text="Their login.")
    commission_percent = serializers.CharField()
    hours = serializers.JSONField(help_text=WEEK)
    breaks = serializers.JSONField(help_text="As `hours`.")
    dated_hours = DatedOut(many=True, help_text="Days that differ; at most the next 400.")
    services = OfferedServiceOut(many=True)
    is_online = serializers.BooleanField()
    order = serializers.IntegerField()
    version = serializers.IntegerField()
    created_at = Instant()
    updated_at = Instant()
    archived_at = Instant(allow_null=True)


class OfferedServiceIn(Body):
    """A service that they do, perhaps in a time and for a price of their own."""

    service = IdText()
    minutes = serializers.IntegerField(min_value=1, max_value=shapes.LONGEST, required=False)
    segments = Checked(shapes.segments, required=False, allow_null=True)
    price_minor = serializers.IntegerField(min_value=0, max_value=MOST_MINOR, required=False, allow_null=True)


class ProfessionalPatch(Body):
    """What to change; `services` says all that they do."""

    name = serializers.CharField(max_length=120, required=False)
    title = serializers.CharField(max_length=80, required=False, allow_blank=True)
    about = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=20, required=False, allow_blank=True)
    colour = serializers.RegexField(r"^(#[0-9a-fA-F]{6})?\Z", required=False, allow_blank=True)
    member = PublicIdField(own_members, what="member", required=False, allow_null=True)
    commission_percent = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False
    )
    hours = Checked(shapes.week, required=False, help_text=WEEK + " Left out: the salon's.")
    breaks = Checked(shapes.week, required=False)
    services = OfferedServiceIn(many=True, required=False, max_length=offering.MOST_SERVICES)  # type: ignore[call-arg]
    is_online = serializers.BooleanField(required=False)
    order = serializers.IntegerField(min_value=0, max_value=30_000, required=False)
    version = serializers.IntegerField(min_value=1, required=False, help_text=VERSION)


class ProfessionalIn(ProfessionalPatch):
    """A new professional."""

    name = serializers.CharField(max_length=120)


class DatedIn(Body):
    """The hours of one day instead of the week's; none: they do not work."""

    date = serializers.DateField()
    hours = Checked(shapes.hours)
    reason = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    is_yearly = serializers.BooleanField(required=False, default=False)


class ProfessionalFilter(OfferedFilter):
    """Filters of the list."""

    service = IdFilter("offers__service", rows=Service.objects, what="service")


class ProfessionalViewSet(SalonViewSet[Professional]):
    """Who works on guests, those put away too (see `archived`)."""

    what = "professional"
    permissions = {
        "list": Permission.BOOKINGS_SEE,
        "retrieve": Permission.BOOKINGS_SEE,
        "create": Permission.SERVICES_MANAGE,
        "partial_update": Permission.SERVICES_MANAGE,
        "archive": Permission.SERVICES_MANAGE,
        "restore": Permission.SERVICES_MANAGE,
        "dated_hours": Permission.SERVICES_MANAGE,
    }
    queryset = Professional.objects.select_related("member")
    serializer_class = ProfessionalOut
    filterset_class = ProfessionalFilter

    def present(self, rows: Sequence[Professional]) -> Sequence[object]:
        """With what they do and the days that differ."""
        keys = [row.pk for row in rows]
        offers: dict[int, list[dict[str, Any]]] = {pk: [] for pk in keys}
        found = ProfessionalService.objects.filter(professional__in=keys, service__archived_at=None)
        for one in found.select_related("service").order_by("service__order", "service_id"):
            offers[one.professional_id].append(
                {"service": one.service.public_id, "segments": one.segments, "price_minor": one.price_minor}
            )
        dated: dict[int, list[DatedHours]] = {pk: [] for pk in keys}
        for day in DatedHours.objects.filter(professional__in=keys).order_by("-date")[:400]:
            dated[day.professional_id or 0].append(day)
        return [
            {
                **{name: getattr(row, name) for name in EXAMPLE if name not in _MADE},
                "id": row.public_id,
                "member": row.member.public_id if row.member else None,
                "services": offers[row.pk],
                "dated_hours": dated[row.pk][::-1],
            }
            for row in rows
        ]

    @extend_schema(request=ProfessionalIn, responses={201: ProfessionalOut})
    @idempotent
    def create(self, request: Request) -> Response:
        """Add a professional."""
        data = self.read(ProfessionalIn)
        data.pop("version", None)
        offers = _offers(data.pop("services", []))
        try:
            made = offering.create_professional(data, by=self.actor.who, offers=offers)
        except offering.TooMany:
            raise Conflict(f"A salon has at most {offering.MOST_RESOURCES} professionals, chairs and rooms.") from None
        return self.shown(made, status.HTTP_201_CREATED)

    @extend_schema(request=ProfessionalPatch)
    @idempotent
    def partial_update(self, request: Request, id: str) -> Response:
        """Change it; bookings that are there stay as they are, within the new hours or not."""
        row, data = self.load(id), self.read(ProfessionalPatch)
        version, offers = data.pop("version", None), data.pop("services", None)
        try:
            changed = offering.change(
                row, data, by=self.actor.who, version=version, offers=None if offers is None else _offers(offers)
            )
        except offering.Stale as stale:
            words = f"The professional was changed meanwhile; the version is {stale.row.version}."
            raise Conflict(words, field="version", code="stale") from None
        return Response(self.show([changed])[0])

    @extend_schema(request=None, responses={200: ProfessionalOut})
    @action(detail=True, methods=["post"])
    @idempotent
    def archive(self, request: Request, id: str) -> Response:
        """Put them away: their bookings stay, new ones are not taken."""
        return Response(self.show([offering.archive(self.load(id), by=self.actor.who)])[0])

    @extend_schema(request=None, responses={200: ProfessionalOut})
    @action(detail=True, methods=["post"])
    @idempotent
    def restore(self, request: Request, id: str) -> Response:
        """Take them up again."""
        return Response(self.show([offering.restore(self.load(id), by=self.actor.who)])[0])

    @extend_schema(request=DatedIn, responses={200: ProfessionalOut})
    @action(detail=True, methods=["post"], url_path="dated-hours")
    @idempotent
    def dated_hours(self, request: Request, id: str) -> Response:
        """Set the hours of one day: a day off, a late opening."""
        row, data = self.load(id), self.read(DatedIn)
        offering.set_day(
            row, data["date"], data["hours"], by=self.actor.who, reason=data["reason"], is_yearly=data["is_yearly"]
        )
        return Response(self.show([row])[0])


_MADE = ("id", "member", "services", "dated_hours")


def _offers(rows: Sequence[dict[str, Any]]) -> list[offering.Offer]:
    ids = {row["service"] for row in rows}
    if len(ids) != len(rows):
        raise invalid("services", "Each service must be named once.")
    services = {one.public_id: one for one in services_in_use().filter(public_id__in=ids)}
    if ids - services.keys():
        raise NotYours("service", "service")
    found = []
    for row in rows:
        segments = row.get("segments")
        if "minutes" in row:
            if segments:
                raise invalid("services", "Give minutes or segments, not both.")
            segments = [{"kind": "busy", "minutes": row["minutes"]}]
        found.append(offering.Offer(services[row["service"]], segments, row.get("price_minor")))
    return found
