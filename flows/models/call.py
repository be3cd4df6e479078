"""What flows ask of programs outside: each call, and the secrets that may stand in one."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ops import clock
from ops.ids import uuid7


class FlowCall(models.Model):
    """One request to an address of the salon's choosing, as the log shows it: secrets are masked, long texts cut."""

    class State(models.TextChoices):
        """`pending` until there is an answer or no more tries."""

        PENDING = "pending"
        DONE = "done"
        FAILED = "failed"

    # Stands in the header Idempotency-Key, the same over all tries.
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    execution = models.ForeignKey("flows.FlowExecution", on_delete=models.CASCADE, related_name="calls", db_index=False)
    flow_id = models.BigIntegerField()
    node = models.CharField(max_length=60)
    seq = models.IntegerField()
    # Of the wait that it answers; null: nobody waits for it.
    token = models.IntegerField(null=True, blank=True)
    # Who makes it (flows.runtime.requests): http, webhook
    kind = models.CharField(max_length=30)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    # As the node asked for it: secrets by reference.
    request = models.JSONField(default=dict)
    # Status, headers and the beginning of the body, secrets masked.
    response = models.JSONField(default=dict, blank=True)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    duration_ms = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "flow_call"
        constraints = [models.UniqueConstraint(fields=["execution", "seq", "node"], name="flow_call_once")]
        indexes = [models.Index(fields=["flow_id", "-id"], name="flow_call_flow")]

    def __str__(self) -> str:
        return str(self.public_id)


class FlowSecret(models.Model):
    """A key or password that flows use by its name and nobody sees again. It goes to `hosts` only."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=60, unique=True)
    # By the salon's key, for this row.
    sealed = models.BinaryField()
    hosts = ArrayField(models.CharField(max_length=253), default=list)
    created_by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "flow_secret"

    def __str__(self) -> str:
        return self.name


class FlowCircuit(models.Model):
    """A host that fails again and again rests; one row for each that failed lately."""

    host = models.CharField(max_length=253, primary_key=True)
    in_a_row = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "flow_circuit"

    def __str__(self) -> str:
        return self.host
