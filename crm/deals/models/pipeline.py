"""The way a deal goes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ops import clock
from ops.ids import uuid7


class Pipeline(models.Model):
    """A row of stages; every salon has one from its first day."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=80)
    is_default = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)
    # Why deals are lost, to choose from.
    lost_reasons = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "pipeline"
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], name="one_default_pipeline", condition=models.Q(is_default=True)
            )
        ]

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    """A place on the way. A deal in a stage of kind won or lost is closed."""

    class Kind(models.TextChoices):
        """Whether a deal that is here still goes on."""

        OPEN = "open"
        WON = "won"
        LOST = "lost"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.OPEN)
    order = models.PositiveSmallIntegerField(default=0)
    # How likely a deal that is here is won, in per cent: what the forecast weighs with.
    probability = models.PositiveSmallIntegerField(default=50)
    # A deal that stays longer than this has gone stale; empty: never.
    rot_days = models.PositiveSmallIntegerField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "stage"

    def __str__(self) -> str:
        return self.name
