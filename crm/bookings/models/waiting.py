"""Guests who wait for a place, and what they are offered."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from crm.bookings.models.booking import Booking
from ops import clock
from ops.ids import uuid7


class WaitlistEntry(models.Model):
    """A guest who would come earlier, or at all."""

    class State(models.TextChoices):
        """Whether they still wait."""

        WAITING = "waiting"
        OFFERED = "offered"
        BOOKED = "booked"
        OVER = "over"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    contact = models.ForeignKey(
        "contacts.Contact", on_delete=models.CASCADE, related_name="waitlist_entries", db_index=False
    )
    # The visit they have and would give up for an earlier one.
    booking = models.ForeignKey(
        Booking, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    # Services in their order.
    service_ids = ArrayField(models.BigIntegerField())
    # Empty: anyone.
    professional_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    from_date = models.DateField()
    to_date = models.DateField()
    # Monday is 0; empty: every day.
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    # Wall clock, in minutes since midnight.
    from_minute = models.PositiveSmallIntegerField(default=0)
    to_minute = models.PositiveSmallIntegerField(default=1440)
    note = models.CharField(max_length=300, blank=True, default="")
    source = models.CharField(max_length=20, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # Why they wait no more: booked, taken, left, expired, removed.
    reason = models.CharField(max_length=20, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "waitlist_entry"
        indexes = [
            models.Index(fields=["to_date", "id"], name="waitlist_entry_open", condition=models.Q(closed_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.from_date}"


class WaitlistOffer(models.Model):
    """A freed place, held for one who waits until `expires_at`."""

    class State(models.TextChoices):
        """What became of it."""

        OFFERED = "offered"
        TAKEN = "taken"
        REFUSED = "refused"
        EXPIRED = "expired"
        WITHDRAWN = "withdrawn"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    entry = models.ForeignKey(WaitlistEntry, on_delete=models.CASCADE, related_name="offers", db_index=False)
    # The hold.
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="offers", db_index=False)
    # The cancelled or moved visit whose place it is.
    freed_by = models.ForeignKey(
        Booking, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    # The stretch that was free, and whose: each entry is offered it once (crm.bookings.waitlist.places).
    place = models.CharField(max_length=80, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OFFERED)
    # Why it was withdrawn, and why its message did not go.
    reason = models.CharField(max_length=60, blank=True, default="")
    message_id = models.BigIntegerField(null=True, blank=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "waitlist_offer"
        indexes = [
            models.Index(fields=["entry", "id"], name="waitlist_offer_entry"),
            models.Index(fields=["booking"], name="waitlist_offer_booking"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "place"], name="waitlist_offer_once", condition=~models.Q(place="")
            ),
            models.UniqueConstraint(
                fields=["entry"], name="waitlist_offer_one_open", condition=models.Q(state="offered")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.state}"
