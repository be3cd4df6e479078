"""What operators of the platform did, and when they were in whose salon."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ops import clock
from ops.ids import uuid7


class OperatorAct(models.Model):
    """One act on the operator's pages. Public side; rows are only ever added: a trigger refuses changes."""

    at = models.DateTimeField(default=clock.now)
    # By value: the act outlives the account.
    user_id = models.BigIntegerField()
    email = models.EmailField()
    action = models.CharField(max_length=60)
    kind = models.CharField(max_length=60)
    subjects = models.JSONField(default=list)
    details = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True, blank=True)
    trace_id = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        db_table = "operator_act"

    def __str__(self) -> str:
        return f"{self.action} by {self.email}"


class SupportAccess(models.Model):
    """What a salon's owner lets the platform's support do; without a row they may look."""

    class Level(models.TextChoices):
        """How far."""

        OFF = "off", _("Nobody of Cadeira gets in")
        LOOK = "look", _("Support may look, and change nothing")
        ACT = "act", _("Support may look, and change settings")

    salon_id = models.BigIntegerField(unique=True)
    level = models.CharField(max_length=8, choices=Level.choices, default=Level.LOOK)

    class Meta:
        db_table = "support_access"


class SupportVisit(models.Model):
    """An operator in a salon, for a reason and for a while. Public side, as the salon's people may end it any time."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    salon_id = models.BigIntegerField()
    # By value: the visit outlives the account.
    user_id = models.BigIntegerField()
    email = models.EmailField()
    reason = models.CharField(max_length=200)
    may_act = models.BooleanField(default=False)
    # The one-time code by which it begins (tenants.salons.EntryCode).
    entry_id = models.BigIntegerField(unique=True)
    began_at = models.DateTimeField(default=clock.real)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # "support", or the name of who ended it in the salon.
    ended_by = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "support_visit"
        indexes = [models.Index(fields=["salon_id", "-id"], name="support_visit_salon")]

    def __str__(self) -> str:
        return f"{self.email} in salon {self.salon_id}"

    @property
    def is_on(self) -> bool:
        """Whether it goes on."""
        return self.ended_at is None and self.ends_at > clock.real()


class SupportPage(models.Model):
    """A kind of page that was opened in a visit, and how often; never what stood on it."""

    visit = models.ForeignKey(SupportVisit, on_delete=models.CASCADE, related_name="pages")
    page = models.CharField(max_length=160)
    times = models.IntegerField(default=1)
    first_at = models.DateTimeField(default=clock.real)

    class Meta:
        db_table = "support_page"
        constraints = [models.UniqueConstraint(fields=["visit", "page"], name="one_support_page_per_kind")]
