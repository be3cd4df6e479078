"""What an owner draws."""

from django.db import models
from django.db.models.expressions import Value

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
    # How the flow behaves beside its drawing (flows.settings.FlowSettings); what is missing has its default.
    settings = models.JSONField(default=dict, blank=True, db_default=Value({}, models.JSONField()))
    # The drawing that is being worked on. Each change has the next revision; empty: as published.
    draft = models.JSONField(null=True, blank=True)
    draft_revision = models.PositiveIntegerField(default=0, db_default=0)
    draft_by = models.ForeignKey("members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    draft_at = models.DateTimeField(null=True, blank=True)
    # Too many of its runs failed: it starts none until a person has looked (settings: the error budget).
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    # When a person let it start again: what had failed before does not count any more.
    resumed_at = models.DateTimeField(null=True, blank=True)
    # Put away: not listed, starts nothing, its history stays.
    archived_at = models.DateTimeField(null=True, blank=True)
    # The ready flow it was made from, if any (flows.gallery).
    origin = models.CharField(max_length=80, blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "flow"

    def __str__(self) -> str:
        return self.name


class FlowRevision(models.Model):
    """A draft as it was saved, so that who changed what can be told, and taken back. The newest hundred are kept."""

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="revisions", db_index=False)
    number = models.PositiveIntegerField()
    graph = models.JSONField()
    by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "flow_revision"
        constraints = [models.UniqueConstraint(fields=["flow", "number"], name="flow_revision_once")]

    def __str__(self) -> str:
        return f"{self.flow_id} r{self.number}"


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
    # What whoever published it wrote about it.
    note = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        db_table = "flow_version"
        constraints = [models.UniqueConstraint(fields=["flow", "number"], name="flow_version_once")]

    def __str__(self) -> str:
        return f"{self.flow} v{self.number}"
