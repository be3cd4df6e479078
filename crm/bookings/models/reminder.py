"""What a guest is reminded of, and whether it came through."""

from django.db import models

from crm.bookings.models.booking import Booking
from ops import clock


class Reminder(models.Model):
    """One reminder of one version of a booking: planned with it, taken back with it."""

    class State(models.TextChoices):
        """How far it is."""

        PLANNED = "planned"
        SENT = "sent"
        DELIVERED = "delivered"
        READ = "read"
        FAILED = "failed"
        CANCELLED = "cancelled"
        SKIPPED = "skipped"

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="reminders", db_index=False)
    # The booking's when it was planned: an answer to an older one is none.
    booking_version = models.PositiveIntegerField()
    # "days:1", "hours:2": which of the rules it is.
    rule = models.CharField(max_length=20)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    # Which way it went: whatsapp, second (another identity), email, task.
    channel = models.CharField(max_length=10, blank=True, default="")
    message_id = models.BigIntegerField(null=True, blank=True)
    # Why it failed or was left out.
    reason = models.CharField(max_length=200, blank=True, default="")
    # confirm, reschedule, cancel.
    answer = models.CharField(max_length=12, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "reminder"
        constraints = [
            models.UniqueConstraint(fields=["booking", "booking_version", "rule"], name="reminder_once"),
        ]
        indexes = [
            models.Index(fields=["message_id"], name="reminder_message", condition=models.Q(message_id__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.rule}"
