"""The bodies of bookings and of availability."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import Body, Instant, PublicIdField, PublicIdsField
from crm.bookings.actions.booking import MOST_ITEMS
from crm.bookings.actions.series import MOST, UNITS
from crm.bookings.availability.types import Reason, Slot, Why
from crm.bookings.availability.wall import moment_of
from crm.bookings.catalogue import Catalogue, catalogue
from crm.bookings.local_time import NoSuchTime, TwiceShown, moment
from crm.bookings.models import Booking, Professional, Reminder, Service
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from ops.instants import read_instant

MOMENT = "With its offset; without one it is the wall clock of the salon."
STATES = list(Booking.State.values)


@extend_schema_field(OpenApiTypes.DATETIME)
class Moment(serializers.Field[datetime, Any, Any, Any]):
    """When something begins: a moment with its offset, or what the salon's clock shows then."""

    default_error_messages = {
        "instant": "Must be a moment, e.g. 2026-11-20T15:00:00Z, 2026-11-20T12:00:00-03:00 or 2026-11-20T12:00.",
        "too_far": "Must be in the years 1971 to 9000.",
        "no_such_time": "The clock of the salon ({zone}) jumps over this time.",
        "shown_twice": "The clock of the salon ({zone}) shows this time twice: say {first} or {second}.",
    }

    def to_internal_value(self, data: Any) -> datetime:
        """The moment in UTC."""
        if found := read_instant(data):
            if not 1971 <= found.year <= 9000:
                self.fail("too_far")
            return found
        if not isinstance(data, str) or len(data) > 40:
            self.fail("instant")
        try:
            wall = parse_datetime(data)
        except ValueError:
            wall = None
        if wall is None or wall.tzinfo is not None or not 1971 <= wall.year <= 9000:
            self.fail("instant")
        zone = catalogue().zone
        try:
            return moment(wall, zone).astimezone(UTC)
        except NoSuchTime:
            self.fail("no_such_time", zone=zone.key)
        except TwiceShown as twice:
            first, second = (one.isoformat(timespec="minutes") for one in twice.moments)
            self.fail("shown_twice", zone=zone.key, first=first, second=second)

    def to_representation(self, value: Any) -> Any:
        """In UTC."""
        return Instant().to_representation(value)


def bookable_services() -> QuerySet[Service]:
    """Those that are not put away."""
    return Service.objects.filter(archived_at=None)


class SlotItemOut(serializers.Serializer[Any]):
    """A service of a visit that is possible."""

    service = serializers.UUIDField()
    professional = serializers.UUIDField()
    starts_at = Instant()
    ends_at = Instant()


class SlotOut(serializers.Serializer[Any]):
    """A visit that is possible; its items are what POST bookings/ takes."""

    starts_at = Instant()
    items = SlotItemOut(many=True)


class WhyOut(serializers.Serializer[Any]):
    """Why a visit cannot begin at a moment."""

    reason = serializers.ChoiceField(choices=[one.value for one in Reason])
    service = serializers.UUIDField(allow_null=True)
    professional = serializers.UUIDField(allow_null=True)
    needs = serializers.CharField(help_text="The kind of resource of which none is free.")


class BookedItemOut(SlotItemOut):
    """A service of a visit."""

    is_anyone = serializers.BooleanField(help_text="The guest asked for no one by name.")
    price_minor = serializers.IntegerField()
    add_ons = serializers.JSONField()


class ReminderOut(serializers.Serializer[Any]):
    """A reminder of a visit as it stands now, and how far it is."""

    rule = serializers.CharField(help_text="days:1, hours:2: how long before.")
    due_at = Instant()
    state = serializers.ChoiceField(choices=Reminder.State.values)
    channel = serializers.CharField(
        help_text="whatsapp, second (another address), email or task; empty before it goes."
    )
    reason = serializers.CharField(help_text="Why it failed or was left out.")
    answer = serializers.CharField(help_text="confirm, reschedule or cancel; empty while there is none.")
    sent_at = Instant(allow_null=True)
    answered_at = Instant(allow_null=True)


class BookingItemIn(Body):
    """A service of a visit."""

    service = PublicIdField(bookable_services, what="service")
    professional = PublicIdField(
        Professional.objects, what="professional", required=False, allow_null=True, help_text="Left out: anyone."
    )
    starts_at = Moment(required=False, help_text=f"{MOMENT} Left out: when the one before it ends.")
    add_ons = PublicIdsField(bookable_services, what="add-on", required=False, max_length=20)


class BookingItemPatch(BookingItemIn):
    """A service as it shall be; what is left out stays."""

    service = PublicIdField(Service.objects, what="service")
    minutes = serializers.IntegerField(min_value=1, max_value=1440, required=False)


class _NewVisit(Body):
    contact = PublicIdField(Contact.objects, what="contact", required=False, allow_null=True)
    guest_name = serializers.CharField(
        max_length=120, required=False, allow_blank=True, help_text="Of a walk-in who is no contact."
    )
    conversation = PublicIdField(Conversation.objects, what="conversation", required=False, allow_null=True)
    items = BookingItemIn(many=True, min_length=1, max_length=MOST_ITEMS)  # type: ignore[call-arg]
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    override = serializers.CharField(
        max_length=200, required=False, help_text="The reason why hours, breaks and time off do not count this time."
    )


class BookingIn(_NewVisit):
    """A new booking, or a hold."""

    state = serializers.ChoiceField(choices=["booked", "held"], required=False, default="booked")
    hold_minutes = serializers.IntegerField(min_value=1, max_value=1440, required=False)


class EveryIn(Body):
    """How often."""

    every = serializers.IntegerField(min_value=1, max_value=MOST)
    unit = serializers.ChoiceField(choices=list(UNITS))
    count = serializers.IntegerField(min_value=2, max_value=MOST, help_text="Visits in all, those left out included.")
    but = serializers.ListField(child=serializers.DateField(), required=False, max_length=MOST)


class SeriesIn(_NewVisit):
    """The same visit again and again."""

    every = EveryIn()
    skip_taken = serializers.BooleanField(
        required=False, default=False, help_text="Book those that have a place; otherwise it is all or nothing."
    )


class BookingPatch(Body):
    """What to change. `starts_at` moves the whole visit, `items` says what it is made of."""

    state = serializers.ChoiceField(choices=STATES, required=False)
    starts_at = Moment(required=False, help_text=MOMENT)
    items = BookingItemPatch(many=True, required=False, min_length=1, max_length=MOST_ITEMS)  # type: ignore[call-arg]
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    guest_name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    price_minor = serializers.IntegerField(min_value=0, max_value=10**13, required=False)
    override = serializers.CharField(max_length=200, required=False)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    version = serializers.IntegerField(
        min_value=1, required=False, help_text="What you have seen; 409 if it was changed since."
    )


class CancelIn(Body):
    """Why, and whether the later visits of its series go too."""

    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    rest_of_series = serializers.BooleanField(required=False, default=False)
    version = serializers.IntegerField(min_value=1, required=False)


def slots_out(slots: Sequence[Slot], known: Catalogue) -> list[dict[str, Any]]:
    """Slots with public ids."""
    return [
        {
            "starts_at": moment_of(slot.starts),
            "items": [
                {
                    "service": known.services[item.service].public_id,
                    "professional": known.people[item.person].public_id,
                    "starts_at": moment_of(item.starts),
                    "ends_at": moment_of(item.ends),
                }
                for item in slot.items
            ],
        }
        for slot in slots
    ]


def shown_slots(slots: Sequence[Slot]) -> list[dict[str, Any]]:
    """Slots as an answer has them."""
    return [dict(one) for one in SlotOut(slots_out(slots, catalogue()), many=True).data]


def shown_why(why: Sequence[Why]) -> list[dict[str, Any]]:
    """Reasons as an answer has them."""
    known = catalogue()

    def public(rows: Any, key: int | None) -> UUID | None:
        return rows[key].public_id if key in rows else None

    rows = [
        {
            "reason": one.reason.value,
            "service": public(known.services, one.service),
            "professional": public(known.people, one.person),
            "needs": one.needs,
        }
        for one in why
    ]
    return [dict(one) for one in WhyOut(rows, many=True).data]
