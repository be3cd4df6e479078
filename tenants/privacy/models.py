"""The salon's rules for what it knows of people, and what was asked of it about one of them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from ops import clock
from ops.ids import uuid7


class PrivacyPolicy(models.Model):
    """How long each kind of thing is kept; one row, and the defaults of the rules where there is none."""

    # {"messages": {"days": 1825, "how": "delete"}, …}; 0 days: for ever. See retention.
    rules = models.JSONField(default=dict)
    # What each rule came to last: {"messages": {"at": …, "removed": 12, "total": 90}, …}
    runs = models.JSONField(default=dict)
    # For the processing record: who answers for it, and how to reach them.
    controller = models.CharField(max_length=200, blank=True, default="")
    officer = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "privacy_policy"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="privacy_policy_one_row")]

    def __str__(self) -> str:
        return "privacy"


class PrivacyRequest(models.Model):
    """An export or an erasure of one contact. It goes on where a crash left it."""

    class Kind(models.TextChoices):
        """What was asked for."""

        EXPORT = "export", _("Export")
        ERASURE = "erasure", _("Erasure")

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("At work")
        DONE = "done", _("Done")
        FAILED = "failed", _("Stopped")
        EXPIRED = "expired", _("Expired")

    class Why(models.TextChoices):
        """On whose word."""

        GUEST = "guest", _("The guest asked for it")
        SALON = "salon", _("We need it no longer")
        RULE = "rule", _("A rule of yours")
        RESTORE = "restore", _("Replayed after a restore")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    why = models.CharField(max_length=8, choices=Why.choices, default=Why.GUEST)
    # Of the contact nothing but the id by which the world may know it: it outlives them.
    contact_public_id = models.UUIDField()
    # While it is at work: who they are (whom.Person), sealed with the salon's key. Empty when it is done.
    sealed_person = models.BinaryField(default=bytes, editable=False)
    # The part of the work that is done, and what was found so far: {"message": 12, …}
    stage = models.CharField(max_length=20, blank=True, default="")
    counts = models.JSONField(default=dict)
    # Of an erasure: what stays and why, when the last backup with the rest is gone; and what checks found.
    result = models.JSONField(default=dict)
    # Keyed hashes of the identities, for checks; of an erasure alone.
    hashes = ArrayField(models.CharField(max_length=64), default=list)
    ledger_seq = models.BigIntegerField(null=True, blank=True)
    # Of an export: where the file lies, and until when.
    storage_key = models.CharField(max_length=120, blank=True, default="")
    sealed_key = models.BinaryField(default=bytes, editable=False)
    bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    expires_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True, default="")
    # Who works on it owns it until then; the fence tells them from whoever owned it before.
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0)
    stumbles = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "privacy_request"
        constraints = [
            # Two clicks are one request.
            models.UniqueConstraint(
                fields=["contact_public_id", "kind"],
                name="privacy_request_one_open",
                condition=models.Q(state__in=["waiting", "running"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state in (self.State.WAITING, self.State.RUNNING)
