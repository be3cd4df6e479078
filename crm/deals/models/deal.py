"""What may become a sale."""

from django.db import models

from crm.deals.models.pipeline import Pipeline, Stage
from ops import clock
from ops.ids import uuid7


class Deal(models.Model):
    """Something a contact may buy. `version` grows with each change, so that two who move it notice each other."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="deals", db_index=False)
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="deals", db_index=False)
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="deals")
    conversation_id = models.BigIntegerField(null=True, blank=True)
    title = models.CharField(max_length=120)
    value_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    owner = models.ForeignKey("members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Among the deals of a stage the smallest stands on top.
    position = models.FloatField(default=0)
    stage_since = models.DateTimeField(default=clock.now)
    expected_on = models.DateField(null=True, blank=True)
    # Where it came from: conversation, flow, api, import, by hand.
    source = models.CharField(max_length=20, blank=True, default="")
    lost_reason = models.CharField(max_length=80, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "deal"
        indexes = [
            models.Index(fields=["stage", "position", "id"], name="deal_board"),
            models.Index(fields=["pipeline", "-updated_at", "-id"], name="deal_newest"),
            models.Index(fields=["pipeline", "expected_on"], name="deal_expected", condition=models.Q(closed_at=None)),
        ]

    def __str__(self) -> str:
        return self.title


class DealMove(models.Model):
    """One change of stage: the history of a deal, and what the forecast learns from."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="moves", db_index=False)
    # Null: it was made here.
    from_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    to_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "deal_move"
        indexes = [models.Index(fields=["deal", "id"], name="deal_move_deal")]

    def __str__(self) -> str:
        return f"{self.deal_id} {self.at:%Y-%m-%d}"
