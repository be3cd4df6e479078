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
    # A failed or unknown one that a person has dealt with: no more in the lists of what to look at. The member's id.
    discarded_at = models.DateTimeField(null=True, blank=True)
    discarded_by = models.BigIntegerField(null=True, blank=True)

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


class PortfolioTalk(models.Model):
    """A guest to whom a business portfolio began to talk outside of the service window, and when it did so last.

    Meta counts these guests over the moving day. Valkey counts too, and is filled from here after a loss.
    """

    portfolio = models.CharField(max_length=40)
    # The salon and its contact: the same person in two salons counts twice here, which is on the safe side.
    guest = models.CharField(max_length=45)
    at = models.DateTimeField()

    class Meta:
        db_table = "portfolio_talk"
        constraints = [models.UniqueConstraint(fields=["portfolio", "guest"], name="portfolio_talk_once")]

    def __str__(self) -> str:
        return f"{self.portfolio} {self.guest}"


class NumberCircuit(models.Model):
    """A number whose calls came to nothing several times in a row; the row goes when one comes through again.

    How long it rests stands on the number (`circuit_open_until`).
    """

    number_id = models.BigIntegerField(primary_key=True)
    openings = models.SmallIntegerField(default=1)
    opened_at = models.DateTimeField()
    reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "number_circuit"

    def __str__(self) -> str:
        return f"{self.number_id}: {self.openings}"
