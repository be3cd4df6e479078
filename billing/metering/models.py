"""What was used: lines that never change, sums of them, and what was told about them to whoever bills."""

from django.db import models

from billing.metering.kinds import Kind
from ops import clock


class UsageEvent(models.Model):
    """Units of one kind with one cause. Append-only; partitioned by the month of `at`, so made by hand in a migration.

    The table `usage_once` beside it holds (salon, kind, key): what is in it was counted. A unique key over partitions
    would need `at` in it, and two tries of one cause may differ in that.
    """

    salon_id = models.BigIntegerField()
    kind = models.CharField(max_length=30, choices=Kind.choices)
    key = models.CharField(max_length=120)
    quantity = models.BigIntegerField()
    at = models.DateTimeField()
    # Of `at` in the salon's zone, and where the salon's period began then: what the sums go by.
    day = models.DateField()
    period_at = models.DateTimeField()
    # The public id of its cause, or the like.
    subject = models.CharField(max_length=80, blank=True, default="")
    # What a unit beyond the plan cost at that moment, in the currency's smallest unit; None where it is not sold.
    price_minor = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    plan_version_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "usage_event"
        managed = False

    def __str__(self) -> str:
        return f"{self.salon_id} {self.kind} {self.key}"


class UsageTotal(models.Model):
    """A part of the sum of a salon, kind, day and period; the sum is that of all its rows.

    Each transaction that records adds a row, so that none waits for another; `squashing` makes one of many.
    """

    salon_id = models.BigIntegerField()
    kind = models.CharField(max_length=30, choices=Kind.choices)
    day = models.DateField()
    period_at = models.DateTimeField()
    quantity = models.BigIntegerField()
    is_squashed = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "usage_total"
        indexes = [
            models.Index(fields=["salon_id", "kind", "period_at"], name="usage_total_period"),
            models.Index(fields=["salon_id", "kind", "day"], name="usage_total_day"),
            models.Index(fields=["id"], name="usage_total_new", condition=models.Q(is_squashed=False)),
        ]

    def __str__(self) -> str:
        return f"{self.salon_id} {self.kind} {self.day}"


class UsageGauge(models.Model):
    """How many there were of something at the end of a day, or lately: the newest row is read instead of counting."""

    salon_id = models.BigIntegerField()
    kind = models.CharField(max_length=30)
    day = models.DateField()
    value = models.BigIntegerField()
    # The highest of the day.
    peak = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "usage_gauge"
        constraints = [models.UniqueConstraint(fields=["salon_id", "kind", "day"], name="usage_gauge_once")]

    def __str__(self) -> str:
        return f"{self.salon_id} {self.kind} {self.day}"


class OverageReport(models.Model):
    """Units beyond a plan that whoever bills must hear of. `key` is theirs: told twice, it is billed once.

    A timer (`usage.overage`) tells of it, which holds the lease.
    """

    class State(models.TextChoices):
        """How far it is; refused: whoever bills does not take it, an operator looks."""

        PENDING = "pending"
        DONE = "done"
        REFUSED = "refused"

    salon_id = models.BigIntegerField()
    kind = models.CharField(max_length=30)
    period_at = models.DateTimeField()
    quantity = models.BigIntegerField()
    key = models.CharField(max_length=100, unique=True)
    # When they were used, within the period; once it is done, when they count for who bills.
    at = models.DateTimeField()
    # What one of them costs, in the currency's smallest unit.
    price_minor = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True, default="")
    reported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "overage_report"
        indexes = [models.Index(fields=["salon_id", "kind", "period_at"], name="overage_report_period")]

    def __str__(self) -> str:
        return self.key


class LastBill(models.Model):
    """A subscription that has ended: what was used beyond its plan and is on no bill yet is put on a last one.

    A timer (`usage.last_bill`) does it, which holds the lease; what is owed of late opens it again.
    """

    class State(models.TextChoices):
        """How far it is; refused: whoever bills does not make it, an operator looks."""

        PENDING = "pending"
        DONE = "done"
        REFUSED = "refused"

    salon_id = models.BigIntegerField()
    # Whoever bills calls it so.
    subscription_ref = models.CharField(max_length=120, unique=True)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True, default="")
    # Put on last bills so far.
    units = models.BigIntegerField(default=0)
    looked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "last_bill"
        indexes = [
            models.Index(fields=["salon_id"], name="last_bill_salon"),
            models.Index(fields=["ended_at"], name="last_bill_open", condition=~models.Q(state="done")),
        ]

    def __str__(self) -> str:
        return f"{self.salon_id} {self.subscription_ref}"


class UsageDifference(models.Model):
    """Where our sums and somebody else's do not agree; operators look, and it closes when they agree again."""

    class Against(models.TextChoices):
        """Whose."""

        STATUSES = "statuses"
        EVENTS = "events"
        GATEWAY = "gateway"

    salon_id = models.BigIntegerField()
    kind = models.CharField(max_length=30)
    against = models.CharField(max_length=12, choices=Against.choices)
    # The first day of what was compared: a day, or a period.
    day = models.DateField()
    ours = models.BigIntegerField()
    theirs = models.BigIntegerField()
    examples = models.JSONField(default=list, blank=True)
    found_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "usage_difference"
        constraints = [
            models.UniqueConstraint(fields=["salon_id", "kind", "against", "day"], name="usage_difference_once")
        ]

    def __str__(self) -> str:
        return f"{self.salon_id} {self.kind} {self.day}: {self.ours} / {self.theirs}"
