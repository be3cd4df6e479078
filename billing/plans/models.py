"""What a salon pays for. A plan is a name; what it gives and costs stands in its versions, which never change."""

from decimal import Decimal
from functools import cached_property

from django.db import models

from billing.plans.names import ALL_FEATURES
from ops import clock


class Plan(models.Model):
    """A plan by its code; what whoever comes today gets is `current`."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    order = models.SmallIntegerField(default=0)
    # Whether it is offered on the page of plans.
    is_public = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "plan"
        ordering = ["order"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Its name, the same in every language."""
        return self.name or self.code

    @cached_property
    def current(self) -> "PlanVersion":
        """The newest version. Raises PlanVersion.DoesNotExist."""
        return self.versions.select_related("plan").latest("number")


class PlanVersion(models.Model):
    """What a plan gives and costs from a moment on. Those who subscribed to an older one keep it."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    # {name: number}; a limit that is not named is not limited.
    limits = models.JSONField(default=dict, blank=True)
    # Names of limits that may be passed, each unit for its price in `overage`.
    soft = models.JSONField(default=list, blank=True)
    # Names of billing.plans.names.FEATURES.
    features = models.JSONField(default=list, blank=True)
    # {"month": {"BRL": 7900}, "year": {…}}, in the currency's smallest unit.
    amounts = models.JSONField(default=dict, blank=True)
    # {"messages": {"BRL": "5"}}: for each unit, in the currency's smallest one, which may be a part of it.
    overage = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "plan_version"
        ordering = ["plan", "number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="one_plan_version_per_number")]

    def __str__(self) -> str:
        return f"{self.plan} {self.number}"

    def limit(self, name: str) -> float | None:
        """The limit of that name; None where it is not limited."""
        value = self.limits.get(name)
        return None if value is None else float(value)

    def amount(self, interval: str, currency: str) -> int | None:
        """What it costs, in the currency's smallest unit; None where it is not sold so."""
        value = self.amounts.get(interval, {}).get(currency)
        return None if value is None else int(value)

    def overage_of(self, kind: str, currency: str) -> Decimal | None:
        """What each unit beyond the limit costs, in the currency's smallest unit; None where it is not sold."""
        value = self.overage.get(kind, {}).get(currency)
        return None if value is None else Decimal(str(value))

    def has(self, feature: str) -> bool:
        """Whether it has the feature."""
        return feature in self.features or ALL_FEATURES in self.features

    @property
    def is_free(self) -> bool:
        """Whether nobody pays for it."""
        return not any(amount for by_currency in self.amounts.values() for amount in by_currency.values())
