"""Which salons were told that they approach a limit."""

from django.db import models

from ops import clock


class QuotaAlert(models.Model):
    """A salon reached a share of a limit within a period; it is told once. A limit that was changed counts anew."""

    class Level(models.IntegerChoices):
        """Percent of the limit; OVER: beyond it."""

        CLOSE = 80
        REACHED = 100
        OVER = 101

    salon_id = models.BigIntegerField()
    name = models.CharField(max_length=40)
    # Where the period began; of a gauge that of the calendar or subscription too, so that it is told of each month.
    period_at = models.DateTimeField()
    limit = models.BigIntegerField()
    level = models.SmallIntegerField(choices=Level.choices)
    used = models.BigIntegerField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "quota_alert"
        constraints = [
            models.UniqueConstraint(fields=["salon_id", "name", "period_at", "limit", "level"], name="quota_alert_once")
        ]

    def __str__(self) -> str:
        return f"{self.salon_id} {self.name} {self.level} %"
