"""Flows that salons give to all: on the public side, shown to others once an operator has read them."""

from django.db import models

from ops import clock
from ops.ids import uuid7


class SharedFlow(models.Model):
    """A flow as its salon gave it. The drawing holds no secret, no template's id and nobody's data."""

    class State(models.TextChoices):
        """Only approved ones are seen by other salons."""

        SUBMITTED = "submitted"
        APPROVED = "approved"
        REJECTED = "rejected"
        WITHDRAWN = "withdrawn"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    # By value: who gave it, and a flow of theirs.
    salon_id = models.BigIntegerField(db_index=True)
    flow_public_id = models.UUIDField()
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=500, blank=True, default="")
    language = models.CharField(max_length=10)
    # As an export: {"version", "name", "graph", "tests", "needs"} (flows.gallery.exchange).
    content = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.SUBMITTED)
    # What the operator told the salon.
    review_note = models.CharField(max_length=500, blank=True, default="")
    reviewed_by = models.CharField(max_length=254, blank=True, default="")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(default=clock.now)
    installs = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "shared_flow"
        indexes = [models.Index(fields=["state", "-submitted_at"], name="shared_flow_state")]

    def __str__(self) -> str:
        return self.name
