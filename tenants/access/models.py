"""Keys of integrators."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ops import clock
from ops.ids import uuid7


class ApiKey(models.Model):
    """A secret with which a program acts for a salon. Only a hash of it is kept."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    salon_id = models.BigIntegerField(db_index=True)
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    key_hash = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=20, default="manager")
    scopes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "api_key"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
