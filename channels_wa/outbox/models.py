"""What must be sent: pointers to messages, shared by all salons."""

from django.db import models

from ops import clock


class OutboxItem(models.Model):
    """One message on its way out. The content is the `message` row of the salon.

    The attempt is a column: `attempt_at` and `attempts` are committed by the claim, before the call, so a crash
    behind them leaves "unknown" and never a blind second send.
    """

    class State(models.TextChoices):
        """Open: queued, sending, unknown. The rest is settled."""

        QUEUED = "queued"
        SENDING = "sending"
        UNKNOWN = "unknown"
        SETTLED = "settled"

    class Lane(models.IntegerChoices):
        """Who goes first."""

        REPLY = 0
        REMINDER = 1
        CAMPAIGN = 2

    salon_id = models.BigIntegerField()
    number_id = models.BigIntegerField()
    lane = models.SmallIntegerField(choices=Lane.choices, default=Lane.REPLY)
    order_key = models.CharField(max_length=60)
    message_id = models.BigIntegerField()
    certainty = models.CharField(max_length=14, default="at_most_once")
    purpose = models.CharField(max_length=12, default="reply")
    dedupe_key = models.CharField(max_length=120, null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    # How it ended (accepted, failed, cancelled, unknown), or why it waits.
    outcome = models.CharField(max_length=12, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0)
    attempts = models.IntegerField(default=0)
    attempt_at = models.DateTimeField(null=True, blank=True)
    retries = models.IntegerField(default=0)
    resent = models.BooleanField(default=False)
    # Items of an earlier epoch than the current one lie in quarantine.
    epoch = models.IntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "outbox_item"
        constraints = [models.UniqueConstraint(fields=["salon_id", "dedupe_key"], name="outbox_item_once")]
        indexes = [
            models.Index(
                fields=["epoch", "lane", "number_id", "not_before", "id"],
                name="outbox_item_due",
                condition=models.Q(state="queued"),
            ),
            models.Index(
                fields=["order_key", "id"],
                name="outbox_item_order",
                condition=models.Q(state__in=["queued", "sending", "unknown"]),
            ),
            models.Index(
                fields=["attempt_at"], name="outbox_item_unsure", condition=models.Q(state__in=["sending", "unknown"])
            ),
            models.Index(fields=["salon_id", "message_id"], name="outbox_item_message"),
        ]

    def __str__(self) -> str:
        return f"{self.get_lane_display()} {self.pk}"


class OutboxEpoch(models.Model):
    """The one row that says which epoch is being sent; without it, 0. Raised when a database is restored."""

    current = models.IntegerField(default=0)

    class Meta:
        db_table = "outbox_epoch"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="outbox_epoch_one_row")]

    def __str__(self) -> str:
        return str(self.current)
