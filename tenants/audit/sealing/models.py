"""What the public side knows of each salon's audit log, so that the salon's schema alone cannot be rewritten."""

from django.db import models
from django.db.models.functions import Now

from ops import clock


class AuditDue(models.Model):
    """A salon has rows that are not sealed yet. Written by the trigger of the salon's log, in the same transaction."""

    salon_id = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now(), default=clock.real)

    class Meta:
        db_table = "audit_due"
        indexes = [models.Index(fields=["salon_id", "id"], name="audit_due_salon")]


class AuditChain(models.Model):
    """Where the chain of one salon begins and ends, and how it was found when it was last checked."""

    salon_id = models.BigIntegerField(unique=True)
    # The newest sealed row.
    position = models.BigIntegerField(default=0)
    hash = models.BinaryField(default=bytes)
    sealed_at = models.DateTimeField(null=True)
    # The newest row that retention took away; the chain goes on from it.
    pruned_position = models.BigIntegerField(default=0)
    pruned_hash = models.BinaryField(default=bytes)
    checked_at = models.DateTimeField(null=True, db_index=True)
    # The first row that did not fit, and what was wrong with it; None while all do.
    broken_position = models.BigIntegerField(null=True)
    broken_why = models.CharField(max_length=300, default="")

    class Meta:
        db_table = "audit_chain"

    def __str__(self) -> str:
        return f"salon {self.salon_id}, {self.position} rows"


class AuditHead(models.Model):
    """The chain's end at the end of a day. A trigger lets it only grow within its day."""

    salon_id = models.BigIntegerField()
    day = models.DateField()
    position = models.BigIntegerField()
    hash = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "audit_head"
        constraints = [models.UniqueConstraint(fields=["salon_id", "day"], name="one_audit_head_per_day")]

    def __str__(self) -> str:
        return f"salon {self.salon_id} on {self.day}: {self.position} rows"
