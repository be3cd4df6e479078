"""What a salon does for its guests."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ops import clock
from ops.ids import uuid7


def half_an_hour() -> list[dict[str, Any]]:
    """The segments of a service of which nothing was said."""
    return [{"kind": "busy", "minutes": 30}]


class ServiceCategory(models.Model):
    """A heading over services."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=80)
    order = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "service_category"

    def __str__(self) -> str:
        return self.name


class Service(models.Model):
    """One thing a guest may book; an add-on is booked with another service only."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    category = models.ForeignKey(
        ServiceCategory, on_delete=models.SET_NULL, null=True, blank=True, related_name="services", db_index=False
    )
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=1000, blank=True, default="")
    # What happens in turn: [{"kind": "busy" | "processing", "minutes": 30}, …]. In `processing` the professional is
    # free for somebody else; the guest and the chair are not.
    segments = models.JSONField(default=half_an_hour)
    # Minutes around it in which the professional (and chair or room) is taken and the guest is not there.
    buffer_before = models.PositiveSmallIntegerField(default=0)
    buffer_after = models.PositiveSmallIntegerField(default=0)
    price_minor = models.BigIntegerField(default=0)
    # The price is where it begins: "from R$ 80".
    is_price_from = models.BooleanField(default=False)
    currency = models.CharField(max_length=3)
    # It is an add-on: its minutes and price are put on top of the service it is booked with.
    is_add_on = models.BooleanField(default=False)
    # The add-ons offered with it.
    add_on_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    # Kinds of resources it takes one of each: chair, room, …
    needs = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    # {"when": "always" | "new" | "after_no_show" | "never", "no_shows": 2, "kind": "fixed" | "percent", "value": 5000}
    # with the value in minor units or percent; empty: the salon's rule.
    deposit = models.JSONField(default=dict, blank=True)
    no_show_fee_minor = models.BigIntegerField(null=True, blank=True)
    # Empty: the salon's (BookingPolicy).
    lead_minutes = models.PositiveIntegerField(null=True, blank=True)
    cancel_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    # As BookingPolicy.reminders.
    reminders = models.JSONField(null=True, blank=True)
    # Guests find it on the booking page and in flows.
    is_online = models.BooleanField(default=True)
    colour = models.CharField(max_length=7, blank=True, default="")
    order = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "service"

    def __str__(self) -> str:
        return self.name

    @property
    def minutes(self) -> int:
        """How long the guest is there."""
        return sum(int(segment["minutes"]) for segment in self.segments)


class ProfessionalService(models.Model):
    """A professional does a service, perhaps in a time and for a price of their own."""

    professional = models.ForeignKey(
        "bookings.Professional", on_delete=models.CASCADE, related_name="offers", db_index=False
    )
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="offers", db_index=False)
    # Empty: the service's.
    segments = models.JSONField(null=True, blank=True)
    price_minor = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "professional_service"
        constraints = [models.UniqueConstraint(fields=["professional", "service"], name="one_offer_per_service")]

    def __str__(self) -> str:
        return f"{self.professional_id} {self.service_id}"
