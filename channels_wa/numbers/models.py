"""Connected WhatsApp numbers: also the route from a webhook to its salon."""

from django.db import models

from ops import clock
from ops.ids import uuid7


class Number(models.Model):
    """A WhatsApp number of a salon (the API calls it connection). Public, so that a delivery finds its salon."""

    class State(models.TextChoices):
        """Whether messages may leave through it."""

        ACTIVE = "active"
        STOPPED = "stopped"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    salon_id = models.BigIntegerField(db_index=True)
    adapter = models.CharField(max_length=20, default="cloud_api")
    phone_number_id = models.CharField(max_length=40, unique=True)
    waba_id = models.CharField(max_length=40, db_index=True)
    portfolio = models.CharField(max_length=40, blank=True, default="")
    display_phone = models.CharField(max_length=20)
    name = models.CharField(max_length=120, blank=True, default="")
    sealed_token = models.BinaryField(default=bytes, editable=False)
    throughput_mps = models.PositiveIntegerField(default=80)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ACTIVE)
    stopped_reason = models.TextField(blank=True, default="")
    slow_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "number"

    def __str__(self) -> str:
        return self.display_phone
