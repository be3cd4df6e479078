"""What must happen later."""

from django.db import models


class Timer(models.Model):
    """One thing to do at `due_at`, in a salon or for the platform. Public, so that no schema is visited to find it."""

    salon_id = models.BigIntegerField(null=True, blank=True)
    due_at = models.DateTimeField()
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    # The subject's own version when this was set; another one by the time it fires makes it a no-op.
    version = models.BigIntegerField(default=0)
    state = models.CharField(max_length=12, default="pending")
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0)
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "timer"
        constraints = [
            models.UniqueConstraint(
                fields=["salon_id", "kind", "subject", "version"], name="timer_once", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], name="timer_due", condition=models.Q(state="pending")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
