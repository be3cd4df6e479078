"""Events that somebody wants to hear of."""

from django.db import models


class EventItem(models.Model):
    """Points to an event of a salon that one handler still has to hear; written with the event."""

    salon_id = models.BigIntegerField()
    event_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    handler = models.CharField(max_length=120)
    order_key = models.CharField(max_length=120)
    state = models.CharField(max_length=12, default="pending")
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0)
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True, default="")

    class Meta:
        db_table = "event_item"
        constraints = [models.UniqueConstraint(fields=["salon_id", "event_id", "handler"], name="event_item_once")]
        indexes = [
            models.Index(fields=["id"], name="event_item_open", condition=models.Q(state="pending")),
            models.Index(fields=["order_key", "id"], name="event_item_order", condition=models.Q(state="pending")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.handler}"
