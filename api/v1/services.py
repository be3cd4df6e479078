"""/api/v1/services/"""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import Conflict, invalid
from api.examples import described
from api.fields import Body, Instant, PublicIdsField
from api.filters import IdFilter, OfferedFilter, YesNoFilter
from api.idempotency import idempotent
from api.names import public_ids
from api.v1.service_bodies import MOST_MINOR, PRICE, SEGMENTS, Checked, ServiceSegment
from api.viewset import SalonViewSet
from crm.bookings import shapes
from crm.bookings.actions import offering
from crm.bookings.models import Professional, ProfessionalService, Service
from crm.deals.defaults import currency as salon_currency
from tenants.access.roles import Permission

EXAMPLE = {
    "id": "019a2001-5c6d-7e8f-9a0b-1c2d3e4f5a6b",
    "name": "Corte",
    "description": "",
    "category": "Cabelo",
    "minutes": 45,
    "segments": [{"kind": "busy", "minutes": 45}],
    "buffer_before": 0,
    "buffer_after": 10,
    "price_minor": 8000,
    "is_price_from": False,
    "currency": "BRL",
    "is_add_on": False,
    "add_ons": [],
    "needs": ["chair"],
    "lead_minutes": None,
    "cancel_hours": None,
    "reminders": None,
    "is_online": True,
    "colour": "",
    "order": 1,
    "professionals": ["019a2001-0a1b-7c2d-8e3f-4a5b6c7d8e9f"],
    "version": 1,
    "created_at": "2026-11-20T15:00:00Z",
    "updated_at": "2026-11-20T15:00:00Z",
    "archived_at": None,
}
VERSION = "What you have seen; 409 if it was changed since. Left out: whatever it is."


def add_ons_in_use() -> QuerySet[Service]:
    """What may be put on top of a service."""
    return Service.objects.filter(is_add_on=True, archived_at=None)


@described("Service", EXAMPLE)
class ServiceOut(serializers.Serializer[Any]):
    """What the salon does."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    category = serializers.CharField(help_text="Empty: none.")
    minutes = serializers.IntegerField(help_text="How long the guest is there.")
    segments = ServiceSegment(many=True)
    buffer_before = serializers.IntegerField()
    buffer_after = serializers.IntegerField()
    price_minor = serializers.IntegerField(help_text=PRICE)
    is_price_from = serializers.BooleanField()
    currency = serializers.CharField()
    is_add_on = serializers.BooleanField()
    add_ons = serializers.ListField(child=serializers.UUIDField())
    needs = serializers.ListField(child=serializers.CharField(), help_text="Kinds of resources, one of each.")
    lead_minutes = serializers.IntegerField(allow_null=True, help_text="Null: the salon's rule, as below.")
    cancel_hours = serializers.IntegerField(allow_null=True)
    reminders = serializers.JSONField(allow_null=True)
    is_online = serializers.BooleanField()
    colour = serializers.CharField()
    order = serializers.IntegerField()
    professionals = serializers.ListField(child=serializers.UUIDField(), help_text="Who does it.")
    version = serializers.IntegerField()
    created_at = Instant()
    updated_at = Instant()
    archived_at = Instant(allow_null=True)


class ServicePatch(Body):
    """What to change."""

    name = serializers.CharField(max_length=120, required=False)
    description = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    category = serializers.CharField(
        max_length=80, required=False, allow_blank=True, help_text="Made if there is none."
    )
    minutes = serializers.IntegerField(
        min_value=1, max_value=shapes.LONGEST, required=False, help_text="One busy segment of so many minutes."
    )
    segments = Checked(shapes.segments, required=False, help_text=SEGMENTS)
    buffer_before = serializers.IntegerField(min_value=0, max_value=480, required=False)
    buffer_after = serializers.IntegerField(min_value=0, max_value=480, required=False)
    price_minor = serializers.IntegerField(min_value=0, max_value=MOST_MINOR, required=False, help_text=PRICE)
    is_price_from = serializers.BooleanField(required=False)
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", required=False, help_text="Left out: the salon's.")
    is_add_on = serializers.BooleanField(required=False)
    add_ons = PublicIdsField(add_ons_in_use, what="add-on", required=False, max_length=50)
    needs = Checked(shapes.needs, required=False)
    lead_minutes = serializers.IntegerField(min_value=0, max_value=525_600, required=False, allow_null=True)
    cancel_hours = serializers.IntegerField(min_value=0, max_value=8760, required=False, allow_null=True)
    reminders = Checked(shapes.reminders, required=False, allow_null=True)
    is_online = serializers.BooleanField(required=False)
    colour = serializers.RegexField(r"^(#[0-9a-fA-F]{6})?\Z", required=False, allow_blank=True)
    order = serializers.IntegerField(min_value=0, max_value=30_000, required=False)
    version = serializers.IntegerField(min_value=1, required=False, help_text=VERSION)


class ServiceIn(ServicePatch):
    """A new service."""

    name = serializers.CharField(max_length=120)


class ServiceFilter(OfferedFilter):
    """Filters of the list."""

    professional = IdFilter("offers__professional", rows=Professional.objects, what="professional")
    is_add_on = YesNoFilter(field_name="is_add_on")


class ServiceViewSet(SalonViewSet[Service]):
    """The salon's services, archived ones too (see `archived`)."""

    what = "service"
    permissions = {
        "list": Permission.BOOKINGS_SEE,
        "retrieve": Permission.BOOKINGS_SEE,
        "create": Permission.SERVICES_MANAGE,
        "partial_update": Permission.SERVICES_MANAGE,
        "archive": Permission.SERVICES_MANAGE,
        "restore": Permission.SERVICES_MANAGE,
    }
    queryset = Service.objects.select_related("category")
    serializer_class = ServiceOut
    filterset_class = ServiceFilter

    def present(self, rows: Sequence[Service]) -> Sequence[object]:
        """With who does them."""
        who: dict[int, list[Any]] = {row.pk: [] for row in rows}
        offers = ProfessionalService.objects.filter(service__in=who, professional__archived_at=None)
        for service, person in offers.order_by("professional_id").values_list("service_id", "professional__public_id"):
            who[service].append(person)
        add_ons = public_ids(Service.objects.all(), (pk for row in rows for pk in row.add_on_ids))
        return [
            {
                **{name: getattr(row, name) for name in EXAMPLE if name not in _MADE},
                "id": row.public_id,
                "category": row.category.name if row.category else "",
                "add_ons": [add_ons[pk] for pk in row.add_on_ids if pk in add_ons],
                "professionals": who[row.pk],
            }
            for row in rows
        ]

    @extend_schema(request=ServiceIn, responses={201: ServiceOut})
    @idempotent
    def create(self, request: Request) -> Response:
        """Add a service. Nobody does it yet: see /professionals/."""
        data = self.read(ServiceIn)
        data.pop("version", None)
        values = {"currency": salon_currency(), **_values(data)}
        try:
            made = offering.create_service(values, by=self.actor.who)
        except offering.TooMany:
            raise Conflict(f"A salon has at most {offering.MOST_SERVICES} services.") from None
        return self.shown(made, status.HTTP_201_CREATED)

    @extend_schema(request=ServicePatch)
    @idempotent
    def partial_update(self, request: Request, id: str) -> Response:
        """Change it; bookings that are there keep the time and the price they were booked with."""
        row, data = self.load(id), self.read(ServicePatch)
        version = data.pop("version", None)
        if row.public_id in {one.public_id for one in data.get("add_ons", ())}:
            raise invalid("add_ons", "A service is no add-on of itself.")
        return self._changed(row, _values(data), version)

    @extend_schema(request=None, responses={200: ServiceOut})
    @action(detail=True, methods=["post"])
    @idempotent
    def archive(self, request: Request, id: str) -> Response:
        """Put it away: bookings that are there stay, new ones are not taken."""
        return Response(self.show([offering.archive(self.load(id), by=self.actor.who)])[0])

    @extend_schema(request=None, responses={200: ServiceOut})
    @action(detail=True, methods=["post"])
    @idempotent
    def restore(self, request: Request, id: str) -> Response:
        """Take it up again."""
        return Response(self.show([offering.restore(self.load(id), by=self.actor.who)])[0])

    def _changed(self, row: Service, values: dict[str, Any], version: int | None) -> Response:
        try:
            changed = offering.change(row, values, by=self.actor.who, version=version)
        except offering.Stale as stale:
            words = f"The service was changed meanwhile; its version is {stale.row.version}."
            raise Conflict(words, field="version", code="stale") from None
        return Response(self.show([changed])[0])


_MADE = ("id", "category", "add_ons", "professionals")


def _values(data: dict[str, Any]) -> dict[str, Any]:
    """The columns of what was sent."""
    if "minutes" in data:
        minutes = data.pop("minutes")
        if "segments" in data:
            raise invalid("minutes", "Give minutes or segments, not both.")
        data["segments"] = [{"kind": "busy", "minutes": minutes}]
    if "add_ons" in data:
        data["add_on_ids"] = [one.pk for one in data.pop("add_ons")]
    if "category" in data:
        data["category"] = offering.category(data["category"])
    return data
