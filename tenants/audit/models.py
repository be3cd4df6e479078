"""Who did what in a salon."""

from django.db import models

from ops import clock


class AuditEntry(models.Model):
    """One act of a person or key. Rows are only ever added: a trigger refuses changes."""

    at = models.DateTimeField(default=clock.now)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    actor_kind = models.CharField(max_length=12)
    actor = models.CharField(max_length=120, blank=True, default="")
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    trace_id = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        db_table = "audit_entry"
        indexes = [models.Index(fields=["subject", "id"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
