"""Alerts of a salon, and how its people and programs hear of them."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ops import clock
from ops.ids import uuid7
from tenants.alerts.words import Words
from tenants.members.models import Member


class Level(models.TextChoices):
    """How much it matters."""

    INFO = "info", _("For your information")
    WARNING = "warning", _("Warning")
    CRITICAL = "critical", _("Urgent")


RANKS = {Level.INFO: 0, Level.WARNING: 1, Level.CRITICAL: 2}


class AlertQuerySet(models.QuerySet["Alert"]):
    """Which of them."""

    def open(self) -> Self:
        """What is the case now."""
        return self.filter(closed_at=None)

    def told_to(self, member_id: int) -> Self:
        """What concerns everybody, and what concerns this member alone."""
        return self.filter(Q(member=None) | Q(member=member_id))

    def waiting(self) -> Self:
        """Open, and nobody has said that they take care of it."""
        return self.open().filter(acknowledged_at=None)


class Alert(models.Model):
    """One thing that is not as it should be. Its words are kept as message and values: each reads their own language.

    There is one open alert for a key, however often the cause comes up.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    level = models.CharField(max_length=10, choices=Level.choices)
    title = models.JSONField()
    text = models.JSONField(default=dict)
    # A path of the salon's host, and what the link says.
    link = models.CharField(max_length=300, blank=True, default="")
    link_words = models.JSONField(default=dict)
    # A notice tells of something that has no end; it closes when somebody has read it.
    is_notice = models.BooleanField(default=False)
    # Whom alone it concerns; it is shown to nobody else.
    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    opened_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = models.Manager.from_queryset(AlertQuerySet)()

    class Meta:
        db_table = "alert"
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(closed_at=None), name="alert_one_open"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="alert_level"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_open(self) -> bool:
        """Whether it is still the case."""
        return self.closed_at is None

    @property
    def title_words(self) -> str:
        """What happened, in the active language."""
        return str(Words.from_json(self.title))

    @property
    def text_words(self) -> str:
        """What it means and what to do, in the active language."""
        return str(Words.from_json(self.text))

    @property
    def link_text(self) -> str:
        """What the link says."""
        return str(Words.from_json(self.link_words)) or str(_("See why"))

    @property
    def level_words(self) -> str | Promise:
        """How much it matters, in the active language."""
        return Level(self.level).label

    @property
    def tone(self) -> str:
        """Its colour."""
        return {"critical": "red", "warning": "yellow"}.get(self.level, "blue")

    @property
    def icon(self) -> str:
        """Its sign."""
        return {"critical": "urgent", "warning": "alert-triangle"}.get(self.level, "info-circle")


class AlertPreference(models.Model):
    """From which level on a member wants e-mail; without a row it goes by their role."""

    class Mail(models.TextChoices):
        """From which level on."""

        NOTHING = "nothing", _("No e-mail")
        CRITICAL = "critical", _("Only what is urgent")
        WARNING = "warning", _("What is urgent, and warnings")
        INFO = "info", _("Everything")

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="alert_preference")
    mail = models.CharField(max_length=10, choices=Mail.choices)

    class Meta:
        db_table = "alert_preference"

    def __str__(self) -> str:
        return self.mail


class AlertWebhook(models.Model):
    """Where a program of the salon's hears of alerts; one for a salon."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    url = models.CharField(max_length=500)
    sealed_secret = models.BinaryField(default=bytes, editable=False)
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.WARNING)
    is_active = models.BooleanField(default=True)
    # What the latest call came to; empty error: it was taken.
    tried_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "alert_webhook"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="alert_webhook_one_row")]

    def __str__(self) -> str:
        return self.url


class AlertDelivery(models.Model):
    """One telling outside of the portal: to a member by e-mail, or to the webhook."""

    class Channel(models.TextChoices):
        """By which way."""

        MAIL = "mail", _("E-mail")
        WEBHOOK = "webhook", _("Webhook")

    class What(models.TextChoices):
        """Of what it tells."""

        RAISED = "raised"
        CLEARED = "cleared"
        TEST = "test"

    class State(models.TextChoices):
        """How far it came. Skipped: it was over before anyone was told."""

        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Told")
        SKIPPED = "skipped", _("Not needed any more")
        DEAD = "dead", _("Given up")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, null=True, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    what = models.CharField(max_length=8, choices=What.choices)
    # Of an e-mail: the person's account.
    user_id = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.SmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "alert_delivery"
        indexes = [models.Index(fields=["channel", "-id"], name="alert_delivery_newest")]

    def __str__(self) -> str:
        return f"{self.channel} {self.what} {self.state}"

    @property
    def is_of_end(self) -> bool:
        """Whether it tells that the alert is over."""
        return self.what == self.What.CLEARED

    @property
    def is_dead(self) -> bool:
        """Whether it was given up."""
        return self.state == self.State.DEAD

    @property
    def tone(self) -> str:
        """The colour of its state."""
        return {self.State.SENT: "green", self.State.DEAD: "red"}.get(self.State(self.state), "")

    @property
    def state_words(self) -> str | Promise:
        """How far it came, in the active language."""
        return self.State(self.state).label
