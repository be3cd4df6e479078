"""Where the demo's offset is kept."""

from django.db import models


class ClockOffset(models.Model):
    """How far the demo's time is ahead of the machine's; one row."""

    seconds = models.FloatField(default=0)

    class Meta:
        db_table = "clock_offset"
