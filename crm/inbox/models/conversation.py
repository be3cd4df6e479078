"""Conversations."""

from django.db import models
from django.db.models import Q

from ops import clock
from ops.ids import uuid7


class Conversation(models.Model):
    """The talk with one contact over one number; at most one of them is open."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    contact = models.ForeignKey(
        "contacts.Contact", on_delete=models.CASCADE, related_name="conversations", db_index=False
    )
    number_id = models.BigIntegerField()
    assignee = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    bot_on = models.BooleanField(default=True)
    # Flows are silent because a person took over, and answer again from this moment on (crm.inbox.takeover).
    bot_resumes_at = models.DateTimeField(null=True, blank=True)
    unread = models.PositiveIntegerField(default=0)
    # A summary of the newest message, so that the list needs no look at the messages.
    last_text = models.CharField(max_length=160, blank=True, default="")
    # Its kind (crm.inbox.kinds), which the page gives an icon and a word.
    last_kind = models.CharField(max_length=30, blank=True, default="", db_default="")
    last_direction = models.CharField(max_length=3, blank=True, default="")
    last_at = models.DateTimeField()
    # The 24-hour service window runs from here (WHATSAPP.md §5).
    last_inbound_at = models.DateTimeField(null=True, blank=True)
    # Why a person should look: a message that failed, a flow that stopped.
    attention = models.CharField(max_length=40, blank=True, default="")
    team = models.ForeignKey(
        "inbox.Team", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    # Out of the lists until then; a message of the guest's brings it back at once.
    snoozed_until = models.DateTimeField(null=True, blank=True)
    # Since when the guest waits for an answer: their first message after ours.
    waiting_since = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "conversation"
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "number_id"], name="one_open_conversation", condition=Q(closed_at=None)
            )
        ]
        # One for each list of the inbox, so that each begins at its own newest and a row stands in few of them: every
        # message writes them anew.
        indexes = [
            models.Index(fields=["-last_at", "-id"], name="conversation_open", condition=Q(closed_at=None)),
            models.Index(
                fields=["-last_at", "-id"],
                name="conversation_waiting",
                condition=Q(closed_at=None, last_direction="in"),
            ),
            models.Index(fields=["-last_at", "-id"], name="conversation_attention", condition=~Q(attention="")),
            models.Index(fields=["-last_at", "-id"], name="conversation_closed", condition=Q(closed_at__isnull=False)),
            models.Index(
                fields=["assignee", "-last_at", "-id"],
                name="conversation_of_member",
                condition=Q(assignee__isnull=False),
            ),
            models.Index(
                fields=["team", "-last_at", "-id"], name="conversation_of_team", condition=Q(team__isnull=False)
            ),
            models.Index(
                fields=["-last_at", "-id"], name="conversation_unread", condition=Q(closed_at=None, unread__gt=0)
            ),
            models.Index(fields=["contact", "-last_at"], name="conversation_contact"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
