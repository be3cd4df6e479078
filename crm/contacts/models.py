"""The salon's guests."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ops import clock
from ops.ids import uuid7


class Contact(models.Model):
    """A person. How to reach them is an identity (channels_wa.messages)."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=120, blank=True, default="")
    language = models.CharField(max_length=10, blank=True, default="")
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    fields = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "contact"

    def __str__(self) -> str:
        return self.name or "?"

    @property
    def first_name(self) -> str:
        """The first word of the name."""
        return self.name.split(" ", 1)[0]
