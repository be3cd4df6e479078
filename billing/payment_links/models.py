"""Links by which a guest pays the salon: one page of a payment provider each."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ops import clock
from ops.ids import uuid7


class PaymentLink(models.Model):
    """An amount that somebody is asked for. Whose and what for stands there by value: upper layers know it."""

    class State(models.TextChoices):
        """How far it is; `wanted` until the provider has made its page."""

        WANTED = "wanted", _("Being made")
        OPEN = "open", _("Waiting for payment")
        PAID = "paid", _("Paid")
        EXPIRED = "expired", _("Expired")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        FAILED = "failed", _("Could not be made")
        REFUNDING = "refunding", _("Being paid back")
        REFUNDED = "refunded", _("Paid back")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    provider = models.CharField(max_length=20)
    # The provider's own name for it.
    provider_ref = models.CharField(max_length=120, blank=True, default="")
    url = models.CharField(max_length=500, blank=True, default="")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    description = models.CharField(max_length=200, blank=True, default="")
    # What for: deposit, no_show_fee, …
    purpose = models.CharField(max_length=20)
    # The public id of the booking, or whatever it is for.
    subject = models.UUIDField()
    contact_id = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WANTED)
    refunded_minor = models.BigIntegerField(default=0)
    # Nobody can pay it any more then. Empty: it stays.
    expires_at = models.DateTimeField(null=True, blank=True)
    # Ids of the provider's news that have taken effect.
    heard = models.JSONField(default=list, blank=True)
    error = models.CharField(max_length=200, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    opened_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "payment_link"
        indexes = [models.Index(fields=["subject"], name="payment_link_subject")]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "subject"],
                name="payment_link_one_open",
                condition=models.Q(state__in=["wanted", "open"]),
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payment_link_amount"),
            models.CheckConstraint(
                condition=models.Q(refunded_minor__gte=0) & models.Q(refunded_minor__lte=models.F("amount_minor")),
                name="payment_link_refund",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.amount_minor} {self.currency} {self.state}"
