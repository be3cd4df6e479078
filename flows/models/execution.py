"""One contact's run through one version."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from flows.models.flow import Flow, FlowVersion
from ops.ids import uuid7


class FlowExecution(models.Model):
    """A run; at most one of a conversation listens to the guest (I8)."""

    class Status(models.TextChoices):
        """Words of the contract."""

        RUNNING = "running"
        WAITING = "waiting"
        COMPLETED = "completed"
        FAILED = "failed"
        CANCELLED = "cancelled"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    # Without an index of its own: those below begin with it.
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="executions", db_index=False)
    version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, related_name="executions", db_index=False)
    contact_id = models.BigIntegerField()
    conversation_id = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RUNNING)
    # Whether it hears what the guest says: it runs, or waits for an answer. One that only lets time pass does not, so
    # that the guest can be answered by another flow meanwhile.
    listens = models.BooleanField(default=True)
    state = models.JSONField(default=dict)
    seed = models.BigIntegerField()
    # Number of the newest step.
    last_seq = models.IntegerField(default=0)
    waiting_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    # What began it: a kind of trigger (flows.nodes.start), or "flow", "api", "person".
    began_by = models.CharField(max_length=30, blank=True, default="", db_default="")
    # Kinds of events that it waits for.
    awaits = ArrayField(models.CharField(max_length=60), default=list, blank=True, db_default=[])
    # The execution whose subflow this is, and the token under which that one waits for it.
    parent_id = models.BigIntegerField(null=True, blank=True)
    parent_token = models.IntegerField(null=True, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "flow_execution"
        constraints = [
            models.UniqueConstraint(fields=["conversation_id"], name="one_active_execution", condition=Q(listens=True))
        ]
        indexes = [
            models.Index(fields=["flow", "-started_at", "-id"], name="execution_started"),
            models.Index(fields=["flow", "status", "-started_at", "-id"], name="execution_status"),
            models.Index(fields=["version", "-started_at", "-id"], name="execution_version"),
            models.Index(fields=["contact_id", "-id"], name="execution_contact"),
            models.Index(fields=["contact_id"], name="execution_awaits", condition=~Q(awaits=[])),
            models.Index(fields=["flow", "ended_at"], name="execution_failed", condition=Q(status="failed")),
            models.Index(fields=["parent_id"], name="execution_parent", condition=Q(parent_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class FlowStep(models.Model):
    """One node visited. Its id is the console's sequence number."""

    execution = models.ForeignKey(FlowExecution, on_delete=models.CASCADE, related_name="steps", db_index=False)
    flow_id = models.BigIntegerField()
    seq = models.IntegerField()
    node = models.CharField(max_length=60)
    type = models.CharField(max_length=40)
    exit = models.CharField(max_length=60, blank=True, default="")
    edge = models.CharField(max_length=60, blank=True, default="")
    at = models.DateTimeField()
    duration_ms = models.FloatField(default=0)
    event = models.CharField(max_length=20, blank=True, default="")
    changes = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True, default="")
    # What caused it, on the first step of each input: as flows.engine gave it, and with it all that is needed to run
    # the same again (flows.runtime.inputs).
    input = models.JSONField(null=True, blank=True)

    class Meta:
        db_table = "flow_step"
        constraints = [models.UniqueConstraint(fields=["execution", "seq"], name="flow_step_once")]
        indexes = [
            models.Index(fields=["flow_id", "id"], name="flow_step_flow"),
            models.Index(fields=["flow_id", "node", "execution"], name="flow_step_node"),
            # Few steps have one, and those are what people look for.
            models.Index(fields=["flow_id", "execution", "id"], name="flow_step_error", condition=~Q(error="")),
        ]


class FlowCount(models.Model):
    """How often a node was reached, or an edge taken, on one day of the salon. Outlives the steps."""

    pk = models.CompositePrimaryKey("version_id", "day", "kind", "name")
    flow_id = models.BigIntegerField()
    version_id = models.BigIntegerField()
    day = models.DateField()
    kind = models.CharField(max_length=4)  # node or edge
    name = models.CharField(max_length=60)
    count = models.IntegerField(default=0)

    class Meta:
        db_table = "flow_count"
