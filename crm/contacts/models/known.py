"""What a salon writes down about its guests, and how it sorts them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ops import clock
from ops.ids import uuid7


class Tag(models.Model):
    """A word that contacts carry (`Contact.tags` has its name); conversations show those of their contact."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=40, unique=True)
    colour = models.CharField(max_length=10, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "tag"

    def __str__(self) -> str:
        return self.name


class CustomField(models.Model):
    """A typed field that each contact has (`Contact.fields` under its key)."""

    class Kind(models.TextChoices):
        """What its values are."""

        TEXT = "text"
        NUMBER = "number"
        DATE = "date"
        CHOICE = "choice"
        FLAG = "flag"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.TEXT)
    options = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "custom_field"

    def __str__(self) -> str:
        return self.name


class Note(models.Model):
    """What a member wrote for colleagues; guests never see it. Within a conversation it stands among the messages."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="notes", db_index=False)
    conversation_id = models.BigIntegerField(null=True, blank=True)
    text = models.TextField()
    # Members that are named in it, by id, and those of them who have seen it.
    mentions = ArrayField(models.BigIntegerField(), default=list, blank=True)
    seen_by = ArrayField(models.BigIntegerField(), default=list, blank=True)
    is_pinned = models.BooleanField(default=False)
    by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "note"
        indexes = [
            models.Index(fields=["contact", "-id"], name="note_contact"),
            models.Index(
                fields=["conversation_id", "id"], name="note_conversation", condition=~models.Q(conversation_id=None)
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Segment(models.Model):
    """A saved filter over contacts; who belongs to it is asked anew each time."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=80)
    # See crm.contacts.filters.
    filter = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "segment"

    def __str__(self) -> str:
        return self.name
