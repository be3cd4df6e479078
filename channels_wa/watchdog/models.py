"""What the watchdog found out about the salon's numbers. The number itself is public: here it stands by its id."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from ops import clock
from ops.ids import uuid7


class NumberHealth(models.Model):
    """How a number fares by the latest check."""

    number_id = models.BigIntegerField(unique=True)
    score = models.PositiveSmallIntegerField(default=100)
    # [{"code", "costs", "values"}], the worst first.
    reasons = models.JSONField(default=list)
    checked_at = models.DateTimeField(null=True, blank=True)
    # When Meta was asked last whether the token is good, and what it said of its end.
    token_checked_at = models.DateTimeField(null=True, blank=True)
    token_expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "number_health"

    def __str__(self) -> str:
        return f"{self.number_id}: {self.score}"


class Incident(models.Model):
    """A stretch of time in which something was wrong with a number. Opens and closes by itself."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    number_id = models.BigIntegerField()
    # The code of the reason that opened it (reasons.py).
    kind = models.CharField(max_length=30)
    # What the reason said last.
    values = models.JSONField(default=dict)
    lowest_score = models.PositiveSmallIntegerField(default=100)
    opened_at = models.DateTimeField(default=clock.now)
    # Not closed before: the proof that it is better takes time, and so does Meta's memory.
    holds_until = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    # Every step, oldest first: [{"at", "did", "values"}].
    log = models.JSONField(default=list)

    class Meta:
        db_table = "incident"
        constraints = [
            models.UniqueConstraint(
                fields=["number_id", "kind"], condition=Q(closed_at=None), name="incident_one_open"
            ),
        ]
        indexes = [models.Index(fields=["number_id", "-id"], name="incident_newest")]

    def __str__(self) -> str:
        return f"{self.number_id} {self.kind}"

    def note(self, did: str, at: datetime, **values: Any) -> None:
        """Add a step to the log of this instance."""
        self.log = [*self.log, {"at": at.isoformat(), "did": did, "values": values}]


class WarmUpTalk(models.Model):
    """A guest whom a number that warms up has begun to talk to on one of its days. Written before the call, so that
    neither a restart nor a flush gives the number more than its day allows.
    """

    number_id = models.BigIntegerField()
    day = models.SmallIntegerField()
    contact_id = models.BigIntegerField()

    class Meta:
        db_table = "warm_up_talk"
        constraints = [
            models.UniqueConstraint(fields=["number_id", "day", "contact_id"], name="warm_up_talk_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number_id} {self.day} {self.contact_id}"
