"""What a salon pays for."""

from django.db import models


class Plan(models.Model):
    """A set of limits, as data. A limit that is not named is not limited."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    limits = models.JSONField(default=dict, blank=True, help_text='e.g. {"messages_per_second": 20}')
    order = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "plan"
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name
