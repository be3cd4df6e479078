"""Messages of a salon, in and out, and who they came from. Contact and conversation stand here by value."""

from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from ops.ids import uuid7

# Lowest first; a status only ever moves a message up (I16).
STATUS_ORDER = ["queued", "sending", "unknown", "sent", "failed", "delivered", "read", "played"]
# Messages that say something about another one, and are shown there.
ABOUT_ANOTHER = ("reaction", "edit", "revoke")
# The other one's wamid, as the payload names it.
ABOUT = Coalesce(KT("payload__to"), KT("payload__of"))


class Source(models.TextChoices):
    """Where a message was exchanged, if not here between the salon and one guest."""

    HERE = ""
    GROUP = "group"
    PHONE = "phone"  # the WhatsApp Business app on the salon's own phone
    HISTORY = "history"  # the same, before the number was connected


class Message(models.Model):
    """One message, in or out; every inbound item with an id is a row of its own."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    wamid = models.CharField(max_length=200, null=True, blank=True)
    direction = models.CharField(max_length=3)
    type = models.CharField(max_length=30)
    text = models.TextField(blank=True, default="")
    # What the page and the send need: buttons, list rows, the chosen reply, captions, places.
    payload = models.JSONField(default=dict, blank=True)
    # The item as Meta sent it, sealed with the salon's key.
    raw = models.BinaryField(null=True, blank=True)
    status = models.CharField(max_length=10, default="queued")
    reason = models.TextField(blank=True, default="")
    purpose = models.CharField(max_length=12, default="reply")
    contact_id = models.BigIntegerField()
    conversation_id = models.BigIntegerField()
    number_id = models.BigIntegerField()
    # The address it goes to, as kind and value of an identity, fixed when it was written.
    recipient_kind = models.CharField(max_length=20, blank=True, default="")
    recipient = models.CharField(max_length=160, blank=True, default="")
    reply_to = models.CharField(max_length=200, blank=True, default="")
    member_id = models.BigIntegerField(null=True, blank=True)
    execution_id = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField()
    meta_at = models.DateTimeField(null=True, blank=True)
    resent = models.BooleanField(default=False)
    # What is not from here opens no window and is answered by nothing.
    source = models.CharField(max_length=10, choices=Source.choices, blank=True, default="", db_default="")

    class Meta:
        db_table = "message"
        # Not `unique=True`, which brings an index for LIKE along: nobody looks for the beginning of a wamid.
        constraints = [models.UniqueConstraint(fields=["wamid"], name="message_once")]
        indexes = [
            models.Index(fields=["conversation_id", "id"], name="message_conversation"),
            models.Index(fields=["contact_id", "id"], name="message_contact"),
            models.Index(fields=["at"], name="message_at"),
            models.Index(
                fields=["status"],
                name="message_open",
                condition=models.Q(status__in=["queued", "sending", "unknown", "failed"]),
            ),
            models.Index(ABOUT, name="message_about", condition=models.Q(type__in=ABOUT_ANOTHER)),
            # Imported ones have their places by time; all others come in the order of their ids.
            models.Index(
                fields=["conversation_id", "at", "id"],
                name="message_history",
                condition=models.Q(source="history"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.type} {self.public_id}"


class StatusEvent(models.Model):
    """A status as Meta told it; kept even where it changes nothing."""

    message_id = models.BigIntegerField()
    status = models.CharField(max_length=12)
    at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    errors = models.JSONField(null=True, blank=True)
    pricing = models.JSONField(null=True, blank=True)

    class Meta:
        db_table = "status_event"
        constraints = [
            models.UniqueConstraint(
                fields=["message_id", "status", "at"], name="status_event_once", nulls_distinct=False
            )
        ]
        # Rows come in the order of their time, nearly: which pages are of a day is enough, and costs an insert nothing.
        indexes = [BrinIndex(Coalesce("at", "received_at"), name="status_event_at", pages_per_range=16)]


class Seen(models.Model):
    """A wamid that was kept once: the refusal of duplicates (I3). Kept 30 days; Meta retries for 7."""

    wamid = models.CharField(max_length=200, primary_key=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "seen"


class LiveIdentities(models.Manager["Identity"]):
    """Identities that lead to their contact by now."""

    def get_queryset(self) -> models.QuerySet["Identity"]:
        """Without the former ones."""
        return super().get_queryset().filter(former_at=None)


class Identity(models.Model):
    """A way to reach a contact: phone, BSUID, parent BSUID, within one portfolio."""

    portfolio = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    value = models.CharField(max_length=160)
    contact_id = models.BigIntegerField(db_index=True)
    created_at = models.DateTimeField()
    # Since when it leads to this contact no more: they changed their number, or somebody else has it now.
    former_at = models.DateTimeField(null=True, blank=True)

    objects = LiveIdentities()
    with_former: "models.Manager[Identity]" = models.Manager()

    class Meta:
        db_table = "identity"
        constraints = [
            models.UniqueConstraint(
                fields=["portfolio", "kind", "value"],
                name="identity_once",
                condition=models.Q(former_at=None),
            )
        ]
        # Any part of a number finds it.
        indexes = [GinIndex(fields=["value"], name="identity_search", opclasses=["public.gin_trgm_ops"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
