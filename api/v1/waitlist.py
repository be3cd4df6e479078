"""/api/v1/waitlist/: guests who wait for a place that becomes free."""

from collections.abc import Sequence
from datetime import time
from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import Conflict, invalid
from api.examples import described
from api.fields import Body, Instant, PublicIdField, PublicIdsField
from api.filters import IdFilter, YesNoFilter, pairs
from api.idempotency import idempotent
from api.seeing import check_contact
from api.v1.booking_bodies import bookable_services
from api.viewset import SalonViewSet
from crm.bookings.catalogue import catalogue
from crm.bookings.models import Booking, Professional, WaitlistEntry, WaitlistOffer
from crm.bookings.rights import visible_bookings
from crm.bookings.waitlist import actions, offering
from crm.bookings.waitlist.rights import visible_entries
from crm.contacts.models import Contact
from ops import clock
from tenants.access.roles import Permission

OFFER = {"starts_at": "2026-11-27T13:00:00Z", "expires_at": "2026-11-25T13:30:00Z", "state": "offered"}
EXAMPLE = {
    "id": "019a2003-5c6d-7e8f-9a0b-1c2d3e4f5a6b",
    "version": 1,
    "contact": "019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d",
    "booking": None,
    "services": ["019a2001-5c6d-7e8f-9a0b-1c2d3e4f5a6b"],
    "professionals": [],
    "from_date": "2026-11-20",
    "to_date": "2026-11-30",
    "weekdays": [3, 4],
    "from_time": "14:00",
    "to_time": None,
    "note": "",
    "state": "waiting",
    "reason": "",
    "offer": OFFER,
    "source": "api",
    "created_at": "2026-11-20T15:00:00Z",
    "closed_at": None,
}

SAME = ("version", "from_date", "to_date", "weekdays", "note", "state", "reason", "source", "created_at", "closed_at")
# What the body calls it.
NAMED = {"from_minute": "from_time", "to_minute": "to_time", "": "contact"}


class WaitlistOfferOut(serializers.Serializer[Any]):
    """The latest place that was offered to them."""

    starts_at = Instant()
    expires_at = Instant()
    state = serializers.ChoiceField(choices=WaitlistOffer.State.values)


@described("WaitlistEntry", EXAMPLE)
class EntryOut(serializers.Serializer[Any]):
    """Somebody who waits, and for what."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    contact = serializers.UUIDField()
    booking = serializers.UUIDField(allow_null=True, help_text="The visit they would give up for an earlier one.")
    services = serializers.ListField(child=serializers.UUIDField())
    professionals = serializers.ListField(child=serializers.UUIDField(), help_text="Empty: anyone.")
    from_date = serializers.DateField()
    to_date = serializers.DateField()
    weekdays = serializers.ListField(child=serializers.IntegerField(), help_text="0 is Monday; empty: every day.")
    from_time = serializers.CharField(allow_null=True, help_text="By the salon's clock; null: whenever it opens.")
    to_time = serializers.CharField(allow_null=True, help_text="A visit begins before it.")
    note = serializers.CharField()
    state = serializers.ChoiceField(choices=WaitlistEntry.State.values)
    reason = serializers.CharField(help_text="Why they wait no more: booked, taken, left, removed, expired.")
    offer = WaitlistOfferOut(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    created_at = Instant()
    closed_at = Instant(allow_null=True)


class _Wishes(Body):
    services = PublicIdsField(bookable_services, what="service", max_length=actions.MOST_SERVICES)
    professionals = PublicIdsField(Professional.objects, what="professional", max_length=50, required=False)
    from_date = serializers.DateField(required=False, help_text="Today where it is left out.")
    to_date = serializers.DateField()
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), max_length=7, required=False
    )
    from_time = serializers.TimeField(required=False, allow_null=True)
    to_time = serializers.TimeField(required=False, allow_null=True)
    note = serializers.CharField(max_length=300, allow_blank=True, required=False)


class EntryIn(_Wishes):
    """Who waits, for what, and when they could come."""

    contact = PublicIdField(Contact.objects, what="contact")
    booking = PublicIdField(Booking.objects, what="booking", required=False, allow_null=True)


class EntryPatch(_Wishes):
    """Other wishes; what is left out stays."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    services = PublicIdsField(bookable_services, what="service", max_length=actions.MOST_SERVICES, required=False)
    to_date = serializers.DateField(required=False)


class EntryFilter(django_filters.FilterSet):
    """Filters of the list."""

    contact = IdFilter("contact_id", rows=Contact.objects, what="contact")
    state = django_filters.ChoiceFilter(choices=pairs(WaitlistEntry.State.values))
    is_open = YesNoFilter(method="by_open")

    def by_open(self, rows: Any, _name: str, value: bool) -> Any:
        """Those that still wait, or wait no more."""
        return rows.filter(closed_at__isnull=value)


class WaitlistViewSet(SalonViewSet[WaitlistEntry]):
    """Those who wait. A place that becomes free is offered to the best match by WhatsApp, then to the next."""

    what = "waitlist entry"
    permissions = {
        "list": Permission.BOOKINGS_SEE,
        "retrieve": Permission.BOOKINGS_SEE,
        "create": Permission.BOOKINGS_EDIT,
        "partial_update": Permission.BOOKINGS_EDIT,
        "leave": Permission.BOOKINGS_EDIT,
    }
    queryset = WaitlistEntry.objects.all()
    serializer_class = EntryOut
    filterset_class = EntryFilter

    def get_queryset(self) -> QuerySet[WaitlistEntry]:
        """Those that the caller may see."""
        if getattr(self, "swagger_fake_view", False):
            return WaitlistEntry.objects.none()
        return visible_entries(self.actor.who).select_related("contact", "booking")

    def present(self, rows: Sequence[WaitlistEntry]) -> Sequence[object]:
        """With public ids, and the latest offer of each."""
        known = catalogue()
        newest: dict[int, WaitlistOffer] = {}
        offers = WaitlistOffer.objects.filter(entry__in=[row.pk for row in rows]).select_related("booking")
        for offer in offers.order_by("pk"):
            newest[offer.entry_id] = offer
        return [
            {
                **{name: getattr(row, name) for name in SAME},
                "id": row.public_id,
                "contact": row.contact.public_id,
                "booking": row.booking.public_id if row.booking else None,
                "services": [known.services[pk].public_id for pk in row.service_ids if pk in known.services],
                "professionals": [known.people[pk].public_id for pk in row.professional_ids if pk in known.people],
                "from_time": _time(row.from_minute) if row.from_minute else None,
                "to_time": _time(row.to_minute) if row.to_minute < 1440 else None,
                "offer": _offer(newest.get(row.pk)),
            }
            for row in rows
        ]

    @extend_schema(request=EntryIn, responses={201: EntryOut})
    @idempotent
    def create(self, request: Request) -> Response:
        """Let somebody wait. Who waits for the same on these days already goes on waiting, with these wishes."""
        data = self.read(EntryIn)
        contact, booking = data.pop("contact"), data.pop("booking", None)
        check_contact(self.actor.who, contact, "contact")
        if booking and not visible_bookings(self.actor.who).filter(pk=booking.pk).exists():
            raise invalid("booking", "You may not see this booking.")
        wanted = _wanted(data, None)
        try:
            made = actions.join(contact, wanted, by=self.actor.who, source="api", booking=booking)
        except actions.Wrong as wrong:
            raise invalid(NAMED.get(wrong.field, wrong.field), wrong.words, wrong.code) from None
        return self.shown(self.load(str(made.public_id)), status.HTTP_201_CREATED)

    @extend_schema(request=EntryPatch)
    @idempotent
    def partial_update(self, request: Request, id: str) -> Response:
        """Other wishes; the place in the line stays. 409 where `version` is not what it is now, or they are off it."""
        row, data = self.load(id), self.read(EntryPatch)
        version = data.pop("version", None)
        try:
            actions.change(row, _wanted(data, row), by=self.actor.who, version=version)
        except actions.Stale as stale:
            words = f"The entry was changed meanwhile; its version is {stale.entry.version}."
            raise Conflict(words, field="version", code="stale") from None
        except actions.Over:
            raise Conflict("They wait no more.", field="state", code="over") from None
        except actions.Wrong as wrong:
            raise invalid(NAMED.get(wrong.field, wrong.field), wrong.words, wrong.code) from None
        return Response(self.show([self.load(id)])[0])

    @extend_schema(request=None, responses={200: EntryOut})
    @action(detail=True, methods=["post"])
    @idempotent
    def leave(self, request: Request, id: str) -> Response:
        """They wait no more; what is offered to them right now goes to the next. Twice is once."""
        offering.take_off(self.load(id), by=self.actor.who)
        return Response(self.show([self.load(id)])[0])


def _wanted(data: dict[str, Any], row: WaitlistEntry | None) -> actions.Wanted:
    """What is asked for, over what stands there."""
    if row is None:
        today = clock.now().astimezone(catalogue().zone).date()
        values: dict[str, Any] = {"service_ids": [], "from_date": today, "to_date": today}
    else:
        values = {name: getattr(row, name) for name in actions.FIELDS}
    for name in ("from_date", "to_date", "weekdays", "note"):
        if name in data:
            values[name] = data[name]
    for name in ("service", "professional"):
        if f"{name}s" in data:
            values[f"{name}_ids"] = [one.pk for one in data[f"{name}s"]]
    if "from_time" in data:
        values["from_minute"] = _minute(data["from_time"], 0)
    if "to_time" in data:
        values["to_minute"] = _minute(data["to_time"], 1440)
    return actions.Wanted(**values)


def _minute(given: time | None, default: int) -> int:
    return default if given is None else given.hour * 60 + given.minute


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _offer(row: WaitlistOffer | None) -> dict[str, Any] | None:
    return {"starts_at": row.booking.starts_at, "expires_at": row.expires_at, "state": row.state} if row else None
