"""What an owner draws."""

from django.db import models

from ops import clock
from ops.ids import uuid7


class Flow(models.Model):
    """A conversation as a drawing. What runs is its published version."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=120)
    # When it starts by itself, read from the start node at publish, e.g. {"on": "keywords", "keywords": ["agendar"]}.
    trigger = models.JSONField(default=dict, blank=True)
    # Among flows that want the same message the highest wins, then the oldest.
    priority = models.SmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    published = models.ForeignKey("FlowVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "flow"

    def __str__(self) -> str:
        return self.name


class FlowVersion(models.Model):
    """A published drawing, never changed again; executions are pinned to one."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    graph = models.JSONField()
    published_at = models.DateTimeField(default=clock.now)
    published_by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        db_table = "flow_version"
        constraints = [models.UniqueConstraint(fields=["flow", "number"], name="flow_version_once")]

    def __str__(self) -> str:
        return f"{self.flow} v{self.number}"
