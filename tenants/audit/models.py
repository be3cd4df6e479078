"""Who did what in a salon."""

from django.db import models

from ops import clock


class AuditEntry(models.Model):
    """One act of a person or key. Rows are only ever added: a trigger refuses changes but the four below.

    Sealing sets `position`, `hash`, salts and digests once; erasing a guest takes `before`, `after` and `salt` away
    (the digest stays, so the chain holds), erasing one of the team `actor_name`, `ip` and `actor_salt`; retention
    removes sealed rows from the old end.
    """

    at = models.DateTimeField(default=clock.now)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    actor_kind = models.CharField(max_length=12)
    actor = models.CharField(max_length=120, blank=True, default="")
    # As they were called then; of guests nothing, and of who deleted their account.
    actor_name = models.CharField(max_length=120, blank=True, default="", db_default="")
    # Who of the platform's staff did it, and why they had entered.
    operator = models.CharField(max_length=254, blank=True, default="", db_default="")
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    trace_id = models.CharField(max_length=40, blank=True, default="")
    # The place in the chain; None until the next sealing (tenants.audit.sealing).
    position = models.BigIntegerField(null=True, editable=False)
    hash = models.BinaryField(null=True, editable=False)
    salt = models.BinaryField(null=True, editable=False)
    digest = models.BinaryField(null=True, editable=False)
    actor_salt = models.BinaryField(null=True, editable=False)
    actor_digest = models.BinaryField(null=True, editable=False)

    class Meta:
        db_table = "audit_entry"
        indexes = [
            models.Index(fields=["subject", "id"], name="audit_subject"),
            models.Index(fields=["actor", "id"], name="audit_actor"),
        ]
        # Also how unsealed rows are found: an index holds NULL too.
        constraints = [models.UniqueConstraint(fields=["position"], name="one_audit_entry_per_position")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
