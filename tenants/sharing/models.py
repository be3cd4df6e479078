"""Who may do what with one thing, beside what their role says."""

from typing import Self

from django.db import models
from django.db.models import Q

from ops import clock
from ops.ids import uuid7
from tenants.members.models import Member
from tenants.sharing.rights import Right


class ShareQuerySet(models.QuerySet["Share"]):
    """Which of them."""

    def living(self) -> Self:
        """Those that open something at this moment: a grant ends by the clock, whether or not anybody looks."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=clock.now()))

    def on(self, kind: str, thing: object) -> Self:
        """Those of one thing."""
        return self.filter(kind=kind, thing=thing)


class Share(models.Model):
    """One right on one thing for one person, role or team.

    Things are named by kind and public id, so that they may live anywhere; subjects by kind and key (kinds.py).
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=20)
    thing = models.UUIDField()
    subject_kind = models.CharField(max_length=10)
    subject = models.CharField(max_length=60)
    right = models.CharField(max_length=8, choices=Right.choices)
    granted_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(ShareQuerySet)()

    class Meta:
        db_table = "share"
        constraints = [
            # In the order in which a person's own are looked for.
            models.UniqueConstraint(fields=["subject_kind", "subject", "kind", "thing", "right"], name="share_once"),
            models.CheckConstraint(condition=Q(right__in=Right.values), name="share_right"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject}: {self.right} {self.kind} {self.thing}"


class Restriction(models.Model):
    """A thing that a role alone does not open: "only these people"."""

    kind = models.CharField(max_length=20)
    thing = models.UUIDField()
    set_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "share_restriction"
        constraints = [models.UniqueConstraint(fields=["kind", "thing"], name="share_restriction_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.thing}"
