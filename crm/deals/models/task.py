"""What somebody has to do."""

from django.db import models

from ops import clock
from ops.ids import uuid7


class Task(models.Model):
    """Something to do by a moment, about a deal, a contact or a conversation, or about none of them."""

    class Kind(models.TextChoices):
        """What is to be done."""

        TASK = "task"
        CALL = "call"
        MESSAGE = "message"
        VISIT = "visit"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.TASK)
    text = models.CharField(max_length=300)
    deal = models.ForeignKey("deals.Deal", on_delete=models.CASCADE, null=True, blank=True, related_name="tasks")
    contact = models.ForeignKey(
        "contacts.Contact", on_delete=models.CASCADE, null=True, blank=True, related_name="tasks"
    )
    conversation_id = models.BigIntegerField(null=True, blank=True)
    owner = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    due_at = models.DateTimeField(null=True, blank=True)
    # Grows with each change of `due_at`: an older reminder is none.
    version = models.PositiveIntegerField(default=1)
    reminded_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        db_table = "task"
        indexes = [
            models.Index(fields=["owner", "due_at", "id"], name="task_open", condition=models.Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return self.text
