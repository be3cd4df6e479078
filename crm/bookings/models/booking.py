"""A visit, what it is made of, and what it keeps busy."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.bookings.models.resource import BlockedTime, Professional, Resource
from crm.bookings.models.service import Service
from ops import clock
from ops.ids import uuid7


class Booking(models.Model):
    """A visit of a guest. Never deleted; `version` grows with each change."""

    class State(models.TextChoices):
        """Where it stands."""

        HELD = "held", _("Held")
        BOOKED = "booked", _("Booked")
        CONFIRMED = "confirmed", _("Confirmed")
        ARRIVED = "arrived", _("Arrived")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")
        NO_SHOW = "no_show", _("No-show")

    class Deposit(models.TextChoices):
        """What became of the deposit."""

        NONE = "none"
        DUE = "due"
        PAID = "paid"
        REFUNDED = "refunded"
        KEPT = "kept"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    # Empty: a walk-in whom nobody asked for their number.
    contact = models.ForeignKey(
        "contacts.Contact", on_delete=models.SET_NULL, null=True, blank=True, related_name="bookings", db_index=False
    )
    guest_name = models.CharField(max_length=120, blank=True, default="")
    conversation_id = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.BOOKED)
    state_at = models.DateTimeField(default=clock.now)
    # portal, api, page, flow, phone, walk_in, waitlist, import, series.
    source = models.CharField(max_length=20, blank=True, default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # The salon's zone and what the clock on its wall showed, as it was booked: 2026-11-20T10:00.
    zone = models.CharField(max_length=60)
    wall_clock = models.CharField(max_length=16)
    # The zone changed since: somebody should look whether the wall clock or the instant was meant.
    needs_review = models.BooleanField(default=False)
    price_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    deposit_minor = models.BigIntegerField(default=0)
    deposit_state = models.CharField(max_length=10, choices=Deposit.choices, default=Deposit.NONE)
    note = models.TextField(max_length=2000, blank=True, default="")
    # A hold is over then, whoever looks.
    hold_until = models.DateTimeField(null=True, blank=True)
    # The visits of one series, and which of them it is; the rule stands at each: {"every": 1, "unit": "weeks", …}.
    series = models.UUIDField(null=True, blank=True)
    series_number = models.PositiveSmallIntegerField(null=True, blank=True)
    series_rule = models.JSONField(null=True, blank=True)
    # Why staff booked against the rules.
    override_reason = models.CharField(max_length=200, blank=True, default="")
    cancel_reason = models.CharField(max_length=200, blank=True, default="")
    # What the way by which it came wants to remember: a code that confirms the phone, where the guest came from.
    details = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "booking"
        indexes = [
            models.Index(fields=["starts_at", "id"], name="booking_calendar"),
            models.Index(fields=["contact", "starts_at"], name="booking_contact"),
            models.Index(fields=["series"], name="booking_series", condition=models.Q(series__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="booking_forward"),
            models.CheckConstraint(
                condition=~models.Q(state="held") | models.Q(hold_until__isnull=False), name="booking_hold_ends"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wall_clock} {self.state}"


class BookingItem(models.Model):
    """One service of a visit, as it was when it was booked."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="items", db_index=False)
    position = models.PositiveSmallIntegerField(default=0)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The guest asked for anyone.
    is_anyone = models.BooleanField(default=False)
    # When the guest is there; buffers are around it.
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # As Service.segments, with the add-ons' minutes.
    segments = models.JSONField(default=list)
    buffer_before = models.PositiveSmallIntegerField(default=0)
    buffer_after = models.PositiveSmallIntegerField(default=0)
    # With the add-ons'.
    price_minor = models.BigIntegerField(default=0)
    # [{"id": public id, "name": "…", "minutes": 10, "price_minor": 2000}]
    add_ons = models.JSONField(default=list, blank=True)

    class Meta:
        db_table = "booking_item"
        constraints = [
            models.UniqueConstraint(fields=["booking", "position"], name="booking_item_place"),
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="booking_item_forward"),
        ]
        indexes = [models.Index(fields=["professional", "starts_at"], name="booking_item_professional")]

    def __str__(self) -> str:
        return f"{self.booking_id}.{self.position}"


class Allocation(models.Model):
    """A stretch of time for which a booked service, or a blocked time, keeps one resource busy."""

    item = models.ForeignKey(
        BookingItem, on_delete=models.CASCADE, null=True, blank=True, related_name="allocations", db_index=False
    )
    blocked_time = models.ForeignKey(
        BlockedTime, on_delete=models.CASCADE, null=True, blank=True, related_name="allocations", db_index=False
    )
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="allocations", db_index=False)
    during = DateTimeRangeField(default_bounds="[)")
    # False once the visit is cancelled, its hold is over, or the guest did not come.
    blocks = models.BooleanField(default=True)

    class Meta:
        db_table = "allocation"
        indexes = [
            models.Index(fields=["item"], name="allocation_item"),
            models.Index(
                fields=["blocked_time"], name="allocation_blocked", condition=models.Q(blocked_time__isnull=False)
            ),
        ]
        constraints = [
            # btree_gist is installed once, in public.
            ExclusionConstraint(
                name="one_guest_per_resource",
                expressions=[("resource", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=models.Q(blocks=True),
            ),
            models.CheckConstraint(
                condition=models.Q(item__isnull=True) ^ models.Q(blocked_time__isnull=True),
                name="allocation_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.during}"


class BookingMove(models.Model):
    """One change of a booking: what it was, what it is, who did it and when."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="moves", db_index=False)
    # held, booked, confirmed, arrived, done, cancelled, no_show, expired, moved, changed, undone,
    # zone_changed.
    what = models.CharField(max_length=12)
    # {"state": …, "starts_at": …, "items": […]}; empty before it was made.
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField()
    # member, apikey, contact or system, and for a person of the salon who.
    by_kind = models.CharField(max_length=10)
    by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=200, blank=True, default="")
    version = models.PositiveIntegerField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "booking_move"
        indexes = [models.Index(fields=["booking", "id"], name="booking_move_booking")]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.what}"
