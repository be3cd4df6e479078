"""What the API remembers of a salon's integrators."""

from django.db import models

from ops import clock


class IdempotencyKey(models.Model):
    """The first answer to a write, given again to its repeats for a day."""

    key = models.CharField(max_length=200)
    actor = models.CharField(max_length=80)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    body_hash = models.CharField(max_length=64)
    status = models.SmallIntegerField(null=True, blank=True)
    answer = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.real, db_index=True)

    class Meta:
        db_table = "idempotency_key"
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="idempotency_key_once")]
