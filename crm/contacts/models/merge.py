"""Two contacts that became one by a person's word."""

from django.db import models

from ops import clock
from ops.ids import uuid7


class ContactMerge(models.Model):
    """What a merge moved, so that it can be taken back for thirty days; rows that came later stay where they are."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kept = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="merges")
    gone = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+", db_index=False)
    because = models.CharField(max_length=40, blank=True, default="")
    # Both rows as they were: {"kept": {…}, "gone": {…}}
    before = models.JSONField(default=dict)
    # Ids that were moved, by table: {"message": [[1, 500]], "identity": [3, 4]}; long runs as pairs.
    moved = models.JSONField(default=dict)
    by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "contact_merge"

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"
