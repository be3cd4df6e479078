"""What happened in a salon."""

from django.db import models

from ops.ids import uuid7


class Event(models.Model):
    """One fact, written in the transaction of the change it tells of."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=60)
    subject = models.UUIDField()
    version = models.IntegerField(default=1)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "event"
        indexes = [models.Index(fields=["subject", "id"], name="event_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
