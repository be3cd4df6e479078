"""Who and what can be booked."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ops import clock
from ops.ids import uuid7

PROFESSIONAL = "professional"


def no_hours() -> list[list[list[int]]]:
    """A week without hours, Monday first: [[[start, end], …], …] in minutes since midnight."""
    return [[] for _ in range(7)]


class Resource(models.Model):
    """Something that one guest at a time can have: a professional, a chair, a room."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    # `professional`, or a word of the salon's: chair, room, sink …
    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=120)
    colour = models.CharField(max_length=7, blank=True, default="")
    order = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "resource"

    def __str__(self) -> str:
        return self.name


class Professional(Resource):
    """A person who works on guests. Their hours are wall clock in the salon's zone."""

    # Their login, if they have one.
    member = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    title = models.CharField(max_length=80, blank=True, default="")
    about = models.TextField(max_length=1000, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    phone = models.CharField(max_length=20, blank=True, default="")
    commission_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    # A week, Monday first, in minutes since midnight (an end beyond 1440 is on the next day).
    hours = models.JSONField(default=no_hours)
    breaks = models.JSONField(default=no_hours)
    # Guests may choose them on the booking page and in flows.
    is_online = models.BooleanField(default=True)
    # SHA-256 of the token in the address of their calendar feed; empty: there is none.
    feed_token_hash = models.CharField(max_length=64, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "professional"

    def __str__(self) -> str:
        return self.name


class DatedHours(models.Model):
    """The hours of one day instead of the week's: a holiday, a late opening, a Saturday off."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    # Empty: the whole salon.
    professional = models.ForeignKey(
        Professional, on_delete=models.CASCADE, null=True, blank=True, related_name="dated_hours", db_index=False
    )
    date = models.DateField()
    # [[start, end], …] in minutes since midnight; none: closed.
    hours = models.JSONField(default=list, blank=True)
    # On that day of every year.
    is_yearly = models.BooleanField(default=False)
    reason = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "dated_hours"
        constraints = [
            models.UniqueConstraint(fields=["professional", "date"], name="dated_hours_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.reason}"


class BlockedTime(models.Model):
    """A stretch in which a resource takes nobody. `version` grows with each change."""

    class Kind(models.TextChoices):
        """Whether it keeps the resource busy, or only closes it for what is booked from now on."""

        # Has an allocation: it stands beside no booking.
        BLOCK = "block"
        # Has none: bookings that stood there before stay, and are listed for whoever plans.
        TIME_OFF = "time_off"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="blocked_times", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.BLOCK)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=120, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=clock.now)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "blocked_time"
        indexes = [
            models.Index(
                fields=["resource", "ends_at"], name="blocked_time_open", condition=models.Q(cancelled_at=None)
            )
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="blocked_time_forward")
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.starts_at:%Y-%m-%d %H:%M}"


def day_before_reminder() -> list[dict[str, Any]]:
    """What a salon reminds of that has said nothing: the same wall clock on the day before."""
    return [{"days": 1}]


class BookingPolicy(models.Model):
    """The salon's rules for bookings; one row."""

    # As Professional.hours: nobody works outside of them.
    hours = models.JSONField(default=no_hours)
    # Visits begin when the clock shows a multiple of it.
    grid_minutes = models.PositiveSmallIntegerField(default=15)
    # How long before a visit it may still be booked, and how far ahead.
    lead_minutes = models.PositiveIntegerField(default=60)
    horizon_days = models.PositiveSmallIntegerField(default=90)
    # Until when a guest may move or cancel.
    cancel_hours = models.PositiveSmallIntegerField(default=24)
    hold_minutes = models.PositiveSmallIntegerField(default=10)
    # How long a guest of the waitlist has for an offer.
    offer_minutes = models.PositiveSmallIntegerField(default=15)
    # As Service.deposit, for services that have no rule of their own; {"when": "never"} of theirs is one.
    deposit = models.JSONField(default=dict, blank=True)
    # How long a guest has to pay it.
    payment_minutes = models.PositiveSmallIntegerField(default=60)
    # Asked for by a link when a guest does not come; empty: nothing. A service may have its own.
    no_show_fee_minor = models.BigIntegerField(null=True, blank=True)
    # [{"days": 1}, {"hours": 2}]: days are the same wall clock on the day before, hours are absolute.
    reminders = models.JSONField(default=day_before_reminder)
    # Reminders do not go between them (wall clock).
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    # Roles that see their own calendar only.
    own_calendar_roles = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    # The booking page is open; what it says and how it looks.
    is_page_open = models.BooleanField(default=True)
    page = models.JSONField(default=dict, blank=True)
    # Another number with every change of services, professionals and hours: what was read once is good while it stays.
    revision = models.BigIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "booking_policy"

    def __str__(self) -> str:
        return f"every {self.grid_minutes} min"
