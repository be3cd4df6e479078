"""What a salon has subscribed to, and how it stands."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.plans.models import PlanVersion
from billing.subscriptions.states import State
from ops import clock
from tenants.salons.models import Salon

__all__ = ["State", "SubscribedSalon", "Subscription"]


class Subscription(models.Model):
    """One salon's. Written by `entitlement.apply` alone; a salon without one is active on `Salon.plan`."""

    salon = models.OneToOneField(Salon, on_delete=models.CASCADE, related_name="subscription")
    plan_version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices)
    # When the state began: what a state still allows for a while is counted from here.
    state_since = models.DateTimeField(default=clock.now)
    # "month" or "year"; empty where nobody pays.
    interval = models.CharField(max_length=5, blank=True, default="")
    currency = models.CharField(max_length=3)
    trial_ends_at = models.DateTimeField(null=True, blank=True)
    period_starts_at = models.DateTimeField(null=True, blank=True)
    period_ends_at = models.DateTimeField(null=True, blank=True)
    # Of a payment that failed; it stays set when it has passed, so that the same debt gives no second grace.
    grace_ends_at = models.DateTimeField(null=True, blank=True)
    cancel_at = models.DateTimeField(null=True, blank=True)
    # To which it changes at the end of the period.
    next_version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Who bills it: "stripe", or nobody.
    gateway = models.CharField(max_length=20, blank=True, default="")
    customer_ref = models.CharField(max_length=120, blank=True, default="", db_index=True)
    subscription_ref = models.CharField(max_length=120, blank=True, default="", db_index=True)
    # The machine's time at which the gateway was asked for what stands here: what was fetched before is older.
    as_of = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(default=clock.now)
    version = models.BigIntegerField(default=1)

    class Meta:
        db_table = "subscription"
        indexes = [models.Index(fields=["state", "plan_version"], name="subscription_state")]

    def __str__(self) -> str:
        return f"{self.salon_id} {self.plan_version} {self.state}"

    @property
    def standing(self) -> State:
        """Its state as a member of the table of states."""
        return State(self.state)

    @property
    def is_billed(self) -> bool:
        """Whether a gateway takes money for it; one that has ended keeps its name of it."""
        return bool(self.subscription_ref) and self.standing != State.CANCELED


class SubscribedSalon(Salon):
    """A salon as the operators' page of subscriptions shows it, with a row or without."""

    class Meta:
        proxy = True
        verbose_name = _("Subscription")
        verbose_name_plural = _("Subscriptions: plans, trials, credit")
