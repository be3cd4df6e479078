"""What is in the deliveries, one row for each part that must take effect."""

from django.db import models

from ops import clock


class InboxItem(models.Model):
    """One message, status or change of a delivery. The content stays in the delivery."""

    class State(models.TextChoices):
        """Where it stands; only pending ones are looked at again."""

        PENDING = "pending"
        DONE = "done"
        DUPLICATE = "duplicate"
        QUARANTINED = "quarantined"
        DEAD = "dead"

    class Stage(models.TextChoices):
        """Which of the two transactions comes next; a kept message of an unknown type is only read again."""

        KEEP = "keep"
        ANSWER = "answer"
        REREAD = "reread"

    delivery_id = models.UUIDField()
    index = models.IntegerField()
    salon_id = models.BigIntegerField(null=True, blank=True)
    number_id = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=40)
    order_key = models.CharField(max_length=200)
    stage = models.CharField(max_length=8, default=Stage.KEEP)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    # The message row that keeping it made, by value; the answer stage starts from it.
    message_id = models.BigIntegerField(null=True, blank=True)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0)
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=clock.real)

    class Meta:
        db_table = "inbox_item"
        constraints = [models.UniqueConstraint(fields=["delivery_id", "index"], name="inbox_item_once")]
        indexes = [
            models.Index(fields=["kind", "id"], name="inbox_item_open", condition=models.Q(state="pending")),
            models.Index(fields=["order_key", "id"], name="inbox_item_order", condition=models.Q(state="pending")),
            models.Index(
                fields=["state", "id"], name="inbox_item_bad", condition=models.Q(state__in=["quarantined", "dead"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.delivery_id}#{self.index}"


class Replay(models.Model):
    """Deliveries of a time that are let take effect once more (log/ranges.py)."""

    class State(models.TextChoices):
        """Whether it goes on."""

        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"

    wanted = models.JSONField()
    asked_by = models.CharField(max_length=254)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    # The last delivery looked at.
    place = models.UUIDField(null=True, blank=True)
    steps = models.IntegerField(default=0)
    deliveries = models.IntegerField(default=0)
    items = models.IntegerField(default=0)
    created_at = models.DateTimeField(default=clock.real)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "delivery_replay"

    def __str__(self) -> str:
        return f"replay {self.pk}"
