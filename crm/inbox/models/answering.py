"""Who answers, with which words, and what they have begun to write."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ops import clock
from ops.ids import uuid7


class Team(models.Model):
    """Members who share conversations."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=60, unique=True)
    # Ids of members, in the order in which conversations come to them.
    members = ArrayField(models.BigIntegerField(), default=list, blank=True)
    # Numbers whose new conversations come to it.
    number_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    # New conversations go round among those who are there.
    takes_turns = models.BooleanField(default=False)
    # Whose turn was last: an id of `members`.
    last_turn = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "team"

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """What a member has begun to write in a conversation; the same on each of their devices."""

    conversation = models.ForeignKey(
        "inbox.Conversation", on_delete=models.CASCADE, related_name="drafts", db_index=False
    )
    member = models.ForeignKey("members.Member", on_delete=models.CASCADE, related_name="+")
    text = models.TextField(blank=True, default="")
    reply_to = models.CharField(max_length=200, blank=True, default="")
    # The public id of the file that is to go with it (channels_wa.media).
    media = models.UUIDField(null=True, blank=True)
    # Grows with each change: a device with an older one takes the newer text.
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "draft"
        constraints = [models.UniqueConstraint(fields=["conversation", "member"], name="draft_own")]

    def __str__(self) -> str:
        return self.text[:60]


class CannedReply(models.Model):
    """A text that is written often, found by `/shortcut`."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    shortcut = models.CharField(max_length=40, unique=True)
    text = models.TextField()
    # A file that goes with it (channels_wa.media), by its public id.
    media = models.UUIDField(null=True, blank=True)
    uses = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "canned_reply"

    def __str__(self) -> str:
        return self.shortcut
