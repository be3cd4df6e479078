"""Message templates: texts that Meta has looked at, which alone may open a conversation."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_wa.message_templates.shape import Shape, shape_of
from ops import clock
from ops.ids import uuid7


class Status(models.TextChoices):
    """Where a template stands: with us, with Meta's reviewers, or in use."""

    DRAFT = "draft", _("Draft")
    PENDING = "pending", _("In review")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    PAUSED = "paused", _("Paused")
    DISABLED = "disabled", _("Disabled")
    IN_APPEAL = "in_appeal", _("Under appeal")
    LIMIT_EXCEEDED = "limit_exceeded", _("Over the limit")
    LOCKED = "locked", _("Locked")
    ARCHIVED = "archived", _("Archived")
    PENDING_DELETION = "pending_deletion", _("Being deleted")
    DELETED = "deleted", _("Deleted")


class Category(models.TextChoices):
    """What it is for; Meta charges and limits by it."""

    UTILITY = "utility", _("Service")
    MARKETING = "marketing", _("Marketing")
    AUTHENTICATION = "authentication", _("Login code")


class Quality(models.TextChoices):
    """What guests think of it, as Meta tells."""

    GREEN = "green", _("High quality")
    YELLOW = "yellow", _("Medium quality")
    RED = "red", _("Low quality")
    UNKNOWN = "unknown", _("No rating yet")


# Only these may be sent. A flagged or edited template stays approved at Meta.
SENDABLE = frozenset({Status.APPROVED})
# What Meta lets one edit (a draft is ours alone).
EDITABLE = frozenset({Status.DRAFT, Status.APPROVED, Status.REJECTED, Status.PAUSED})


class MessageTemplateQuerySet(models.QuerySet["MessageTemplate"]):
    """Questions that chain."""

    def live(self) -> Self:
        """All but the deleted ones."""
        return self.exclude(status=Status.DELETED)

    def of_account(self, waba_id: str) -> Self:
        """Those of one WhatsApp business account."""
        return self.filter(waba_id=waba_id)

    def sendable(self) -> Self:
        """Those that may be sent right now."""
        return self.filter(status__in=SENDABLE)


class MessageTemplate(models.Model):
    """One template in one language, of one business account."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    waba_id = models.CharField(max_length=40)
    # Empty until Meta has it. A text: Meta's webhooks write it as a number, its API as a text.
    meta_id = models.CharField(max_length=40, blank=True, default="", db_index=True)
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=20)
    category = models.CharField(max_length=20, choices=Category.choices, default=Category.UTILITY)
    # `positional` ({{1}}) or `named` ({{first_name}}), as Meta calls them.
    parameter_format = models.CharField(max_length=12, default="positional")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT)
    quality = models.CharField(max_length=10, choices=Quality.choices, default=Quality.UNKNOWN)
    # In Meta's form, samples (`example`) included: what Meta has, or the draft of what it will get.
    components = models.JSONField(default=list, blank=True)
    # Changes to a template that Meta has, not yet submitted: {"components", "category", "parameter_format", …}.
    changes = models.JSONField(null=True, blank=True)
    # The picture, video or document that stands in the header as its sample: a row of `media`.
    header_media = models.UUIDField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")
    recommendation = models.TextField(blank=True, default="")
    # What Meta refused when it was submitted: [{"field", "text"}], for the form.
    problems = models.JSONField(default=list, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    # The category that Meta announced it will put it in.
    correct_category = models.CharField(max_length=20, blank=True, default="")
    # Up by one with each change by a person: a job that was set for an older one does nothing.
    revision = models.PositiveIntegerField(default=0)
    # The moments of Meta's newest word about each, so that a webhook that comes late changes nothing.
    heard_at = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(default=clock.now)
    # Since when a job has it in hand; its status stays what it is at Meta meanwhile.
    submitting_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(MessageTemplateQuerySet)()

    class Meta:
        db_table = "message_template"
        constraints = [
            models.UniqueConstraint(
                fields=["waba_id", "name", "language"],
                name="message_template_once",
                condition=~models.Q(status="deleted"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"

    @property
    def shape(self) -> Shape:
        """Its parts. Read once for a row: a thousand messages of one template ask a thousand times."""
        kept: tuple[object, str, Shape] | None = self.__dict__.get("_shape")
        if kept is None or kept[0] is not self.components or kept[1] != self.parameter_format:
            shape = shape_of(self.components, self.parameter_format)
            self.__dict__["_shape"] = kept = (self.components, self.parameter_format, shape)
        return kept[2]

    @property
    def is_sendable(self) -> bool:
        """Whether it may be sent right now."""
        return self.status in SENDABLE

    @property
    def is_editable(self) -> bool:
        """Whether its text may be changed."""
        return self.status in EDITABLE and self.submitting_at is None

    @property
    def is_at_meta(self) -> bool:
        """Whether Meta has a version of it."""
        return bool(self.meta_id)

    @property
    def shown_components(self) -> list[dict[str, Any]]:
        """What the editor works on: the unsent changes, or else what there is."""
        return list((self.changes or {}).get("components", self.components))
