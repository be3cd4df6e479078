"""Files of messages, as the salon keeps them: what they are, where they lie, and whether they may be seen."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from ops import clock
from ops.ids import uuid7


class Kind(models.TextChoices):
    """What WhatsApp sends it as; each has limits of its own (`kinds`)."""

    IMAGE = "image", _("Photo")
    VIDEO = "video", _("Video")
    AUDIO = "audio", _("Audio")
    DOCUMENT = "document", _("Document")
    STICKER = "sticker", _("Sticker")


class State(models.TextChoices):
    """Whether the file may be seen."""

    WAITING = "waiting", _("Being fetched")
    READY = "ready", _("Ready")
    REFUSED = "refused", _("Refused")
    EXPIRED = "expired", _("Expired")
    GONE = "gone", _("Deleted")


class MediaQuerySet(models.QuerySet["Media"]):
    """Questions that chain."""

    def ready(self) -> Self:
        """Those whose file lies here and is harmless."""
        return self.filter(state=State.READY)


class Media(models.Model):
    """One file, or the promise of one."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    direction = models.CharField(max_length=3)
    # The guest's message that it came with. Of ours, messages name the file instead: one file may go out many times.
    message_id = models.BigIntegerField(null=True, blank=True)
    # Whose key seals it; None is a file of the salon's own.
    contact_id = models.BigIntegerField(null=True, blank=True)
    # Through which number it came, or was meant to go.
    number_id = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # What the bytes are, as far as we looked, and what they were said to be.
    mime_type = models.CharField(max_length=120, blank=True, default="")
    declared_type = models.CharField(max_length=120, blank=True, default="")
    name = models.CharField(max_length=240, blank=True, default="")
    size = models.BigIntegerField(null=True, blank=True)
    # Of the file itself, in hex; what WhatsApp said it would be until it is here.
    sha256 = models.CharField(max_length=64, blank=True, default="")
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    is_voice = models.BooleanField(default=False)
    is_animated = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    # A word of `reasons`; its sentence is made where it is read.
    reason = models.CharField(max_length=40, blank=True, default="")
    storage_key = models.CharField(max_length=120, blank=True, default="")
    thumb_key = models.CharField(max_length=120, blank=True, default="")
    thumb_width = models.PositiveIntegerField(null=True, blank=True)
    thumb_height = models.PositiveIntegerField(null=True, blank=True)
    # The key of this file alone, sealed with its contact's.
    sealed_key = models.BinaryField(default=bytes, editable=False)
    meta_media_id = models.CharField(max_length=200, blank=True, default="")
    # Where the webhook said it lies; works for minutes only.
    source_url = models.TextField(blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    member_id = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    # Ours: when a message first named it. What nobody named for a day is thrown away.
    used_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(MediaQuerySet)()

    class Meta:
        db_table = "media"
        constraints = [models.UniqueConstraint(fields=["message_id"], name="media_message_once")]
        indexes = [models.Index(fields=["contact_id"], name="media_contact")]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def is_ready(self) -> bool:
        """Whether the file lies here and is harmless."""
        return self.state == State.READY


class MediaUpload(models.Model):
    """A file of ours as Meta has it: the id belongs to one number and ends (WHATSAPP.md §3)."""

    media_id = models.BigIntegerField()
    number_id = models.BigIntegerField()
    meta_media_id = models.CharField(max_length=200, blank=True, default="")
    expires_at = models.DateTimeField(null=True, blank=True)
    # Why Meta would not take it, if it would not.
    error = models.TextField(blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "media_upload"
        constraints = [models.UniqueConstraint(fields=["media_id", "number_id"], name="media_upload_once")]


class ContactKey(models.Model):
    """The key that seals a contact's files, itself sealed with the salon's. Without the row they are noise."""

    # 0 is the salon itself.
    contact_id = models.BigIntegerField(primary_key=True)
    sealed_key = models.BinaryField(editable=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "contact_key"
