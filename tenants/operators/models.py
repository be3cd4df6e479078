"""What operators of the platform did."""

from django.db import models

from ops import clock


class OperatorAct(models.Model):
    """One act on the operator's pages. Public side; rows are only ever added: a trigger refuses changes."""

    at = models.DateTimeField(default=clock.now)
    # By value: the act outlives the account.
    user_id = models.BigIntegerField()
    email = models.EmailField()
    action = models.CharField(max_length=60)
    kind = models.CharField(max_length=60)
    subjects = models.JSONField(default=list)
    details = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True, blank=True)
    trace_id = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        db_table = "operator_act"

    def __str__(self) -> str:
        return f"{self.action} by {self.email}"
