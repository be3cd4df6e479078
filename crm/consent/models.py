"""What guests agreed to and forbade, with the evidence; and the salon's rules for what it starts itself."""

from datetime import time
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from ops import clock
from ops.ids import uuid7


class Purpose(models.TextChoices):
    """What a guest may agree to. `service` covers reminders too; answers need no consent."""

    MARKETING = "marketing", _("Offers and news")
    SERVICE = "service", _("Reminders and notices about visits")


class State(models.TextChoices):
    """The last word of a guest."""

    GRANTED = "granted", _("Agreed")
    REVOKED = "revoked", _("Stopped")


class Source(models.TextChoices):
    """By which way a word of a guest came."""

    MESSAGE = "message", _("The guest wrote it")
    WHATSAPP = "whatsapp", _("The guest set it in WhatsApp")
    PORTAL = "portal", _("Noted in the portal")
    API = "api", _("Sent by a program")
    IMPORT = "import", _("Came with an import")
    FORM = "form", _("Ticked in a form")
    FLOW = "flow", _("Answered in a flow")


class ConsentEntry(models.Model):
    """One line of the register; never changed, so that it can be shown to whoever asks (LGPD art. 8, GDPR art. 7)."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    # By value: who it was when it was said. The identity is what counts.
    contact_id = models.BigIntegerField(null=True, blank=True)
    portfolio = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    value = models.CharField(max_length=160)
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    state = models.CharField(max_length=8, choices=State.choices)
    source = models.CharField(max_length=10, choices=Source.choices)
    # The guest's words, the address of a form, a note of who heard it.
    evidence = models.TextField(blank=True, default="")
    # The message that said it.
    wamid = models.CharField(max_length=200, blank=True, default="")
    # Who noted it, as in the audit log: member, apikey or system, with the public id.
    by = models.CharField(max_length=60, blank=True, default="")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "consent_entry"
        indexes = [
            models.Index(fields=["contact_id", "id"], name="consent_entry_contact"),
            models.Index(fields=["wamid"], name="consent_entry_wamid", condition=~models.Q(wamid="")),
        ]

    def __str__(self) -> str:
        return f"{self.value} {self.purpose} {self.state}"


class Consent(models.Model):
    """The last word for one identity and purpose: what is asked before each send."""

    portfolio = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    value = models.CharField(max_length=160)
    purpose = models.CharField(max_length=12)
    state = models.CharField(max_length=8)
    source = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        db_table = "consent"
        constraints = [
            models.UniqueConstraint(fields=["portfolio", "kind", "value", "purpose"], name="consent_one_word")
        ]

    def __str__(self) -> str:
        return f"{self.value} {self.purpose} {self.state}"


def no_texts() -> dict[str, Any]:
    """No confirmations of the salon's own."""
    return {}


class ContactPolicy(models.Model):
    """The salon's rules for messages that it starts itself; one row, and these defaults where there is none."""

    marketing_needs_opt_in = models.BooleanField(default=False)
    # The salon's wall clock; equal or missing: no quiet hours.
    quiet_from = models.TimeField(null=True, blank=True, default=time(21))
    quiet_until = models.TimeField(null=True, blank=True, default=time(8))
    # Offers to one guest in seven days; None: as many as are sent.
    marketing_per_week = models.PositiveSmallIntegerField(null=True, blank=True, default=4)
    # Words of the salon's own beside those of words.json.
    stop_words = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    # After a person has answered by hand flows are silent in that conversation for so many hours after their last
    # message; 0: until somebody switches them on again.
    takeover_hours = models.PositiveSmallIntegerField(default=12, db_default=12)
    # Roles that see only the conversations assigned to them or their teams, and roles that see phones masked.
    own_only_roles = ArrayField(models.CharField(max_length=20), default=list, blank=True, db_default=[])
    masked_roles = ArrayField(models.CharField(max_length=20), default=list, blank=True, db_default=[])
    # The confirmation by language, where the salon has words of its own.
    confirmations = models.JSONField(default=no_texts, blank=True)

    class Meta:
        db_table = "contact_policy"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="contact_policy_one_row")]

    def __str__(self) -> str:
        return "rules"
