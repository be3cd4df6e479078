"""Deliveries as the gate kept them."""

import uuid

from django.db import models


class Delivery(models.Model):
    """One POST of Meta, sealed. The table is partitioned by day over its UUIDv7 and made by hand in the migration."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    received_at = models.DateTimeField()
    signature = models.TextField()
    raw = models.BinaryField()
    split_at = models.DateTimeField(null=True, blank=True)
    items = models.IntegerField(null=True, blank=True)
    problem = models.TextField(null=True, blank=True)

    class Meta:
        db_table = "delivery"
        managed = False
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return str(self.pk)
