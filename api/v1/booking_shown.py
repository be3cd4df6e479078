"""What the API shows of bookings."""

from typing import Any

from rest_framework import serializers

from api.examples import described
from api.fields import Instant
from api.v1 import booking_bodies as bodies

ITEM = {
    "service": "019a2001-5c6d-7e8f-9a0b-1c2d3e4f5a6b",
    "professional": "019a2001-0a1b-7c2d-8e3f-4a5b6c7d8e9f",
    "starts_at": "2026-11-27T13:00:00Z",
    "ends_at": "2026-11-27T13:45:00Z",
    "is_anyone": False,
    "price_minor": 8000,
    "add_ons": [],
}
REMINDER = {
    "rule": "days:1",
    "due_at": "2026-11-26T13:00:00Z",
    "state": "planned",
    "channel": "",
    "reason": "",
    "answer": "",
    "sent_at": None,
    "answered_at": None,
}
EXAMPLE = {
    "id": "019a2002-5c6d-7e8f-9a0b-1c2d3e4f5a6b",
    "version": 1,
    "contact": "019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d",
    "guest_name": "",
    "conversation": None,
    "items": [ITEM],
    "state": "booked",
    "state_at": "2026-11-20T15:00:00Z",
    "starts_at": "2026-11-27T13:00:00Z",
    "ends_at": "2026-11-27T13:45:00Z",
    "zone": "America/Sao_Paulo",
    "wall_clock": "2026-11-27T10:00",
    "price_minor": 8000,
    "currency": "BRL",
    "note": "",
    "source": "api",
    "hold_until": None,
    "series": None,
    "series_number": None,
    "override_reason": "",
    "cancel_reason": "",
    "reminders": [REMINDER],
    "created_at": "2026-11-20T15:00:00Z",
    "updated_at": "2026-11-20T15:00:00Z",
}
OF_OTHERS = ("id", "contact", "conversation", "items", "reminders")


@described("Booking", EXAMPLE)
class BookingOut(serializers.Serializer[Any]):
    """A visit of a guest."""

    id = serializers.UUIDField()
    version = serializers.IntegerField(help_text="Grows with each change.")
    contact = serializers.UUIDField(allow_null=True)
    guest_name = serializers.CharField()
    conversation = serializers.UUIDField(allow_null=True)
    items = bodies.BookedItemOut(many=True)
    state = serializers.ChoiceField(choices=bodies.STATES)
    state_at = Instant()
    starts_at = Instant()
    ends_at = Instant()
    zone = serializers.CharField(help_text="The salon's when it was booked.")
    wall_clock = serializers.CharField(help_text="What the salon's clock shows when it begins.")
    price_minor = serializers.IntegerField(help_text="At the time of booking.")
    currency = serializers.CharField()
    note = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    hold_until = Instant(allow_null=True)
    series = serializers.UUIDField(allow_null=True)
    series_number = serializers.IntegerField(allow_null=True)
    override_reason = serializers.CharField()
    cancel_reason = serializers.CharField()
    reminders = bodies.ReminderOut(many=True, help_text="Of the visit as it stands now.")
    created_at = Instant()
    updated_at = Instant()


class RefusedOut(serializers.Serializer[Any]):
    """A visit of a series that has no place."""

    starts_at = Instant()
    free = bodies.SlotOut(many=True)


class SeriesOut(serializers.Serializer[Any]):
    """What became of a series."""

    bookings = BookingOut(many=True)
    refused = RefusedOut(many=True)


MOVE = {
    "what": "cancelled",
    "before": {"state": "booked", "starts_at": "2026-11-27T13:00:00+00:00"},
    "after": {"state": "cancelled", "starts_at": "2026-11-27T13:00:00+00:00"},
    "by": "member",
    "member": "019a1f5e-7c3a-7d10-9b1e-000000000001",
    "reason": "ill",
    "version": 2,
    "at": "2026-11-21T15:00:00Z",
}


@described("BookingMove", MOVE)
class MoveOut(serializers.Serializer[Any]):
    """One change of a booking."""

    what = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField()
    by = serializers.CharField(help_text="member, apikey, contact or system.")
    member = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField()
    version = serializers.IntegerField()
    at = Instant()
