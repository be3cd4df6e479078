"""What this database knows of the erasure ledger."""

from django.db import models

from ops import clock


class Erasure(models.Model):
    """One entry of the ledger that this database has heard of. A number in the ledger's file beyond all of these means
    that the database is older than the ledger: it was restored."""

    seq = models.BigIntegerField(primary_key=True)
    salon_id = models.BigIntegerField()
    # By value; the contact itself is gone.
    contact_public_id = models.UUIDField()
    at = models.DateTimeField(default=clock.now)
    # When the entry was written outside, and when it had taken effect here.
    written_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "erasure"
        constraints = [models.UniqueConstraint(fields=["salon_id", "contact_public_id"], name="erasure_once")]

    def __str__(self) -> str:
        return f"{self.seq}: {self.contact_public_id}"
