"""What we know of Stripe beside dj-stripe's copy of it: whose a customer is, what was told, what was given back."""

from django.db import models

from ops import clock


class StripeCustomer(models.Model):
    """Which customer of Stripe's is a salon. Only this says so, never what stands in metadata.

    No foreign key: a salon that is gone must still be found, so that its subscription ends.
    """

    salon_id = models.BigIntegerField(unique=True)
    # Empty until Stripe has answered, and after the customer was deleted there.
    ref = models.CharField(max_length=80, blank=True, default="")
    # Counts customers of the salon: each is made under an idempotency key of its own.
    generation = models.PositiveIntegerField(default=1)
    # Counts asking: who asked last is right, whoever answers first (see settling).
    turn = models.BigIntegerField(default=0)
    # Counts writes that came to an end: the next one has another idempotency key (see client.Keys).
    writes = models.BigIntegerField(default=0)
    # What Stripe said at the last time, for the operator.
    said = models.CharField(max_length=200, blank=True, default="")
    asked_at = models.DateTimeField(null=True, blank=True)
    next_ask_at = models.DateTimeField(default=clock.now)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "stripe_customer"
        constraints = [
            models.UniqueConstraint(fields=["ref"], name="stripe_customer_once", condition=~models.Q(ref="")),
        ]
        indexes = [models.Index(fields=["next_ask_at"], name="stripe_customer_ask")]

    def __str__(self) -> str:
        return f"{self.salon_id} {self.ref}"


class StripeDelivery(models.Model):
    """An event as it came, kept before anything is done; a queue (ops.claim)."""

    event_id = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=120)
    # The customer, so that what happened to one is worked on in its order; else the event.
    order_key = models.CharField(max_length=120)
    customer = models.CharField(max_length=80, blank=True, default="")
    raw = models.BinaryField()
    received_at = models.DateTimeField(default=clock.real)
    # pending, done, ignored (not ours, `error` says why), dead (given up; an operator may have it tried again)
    state = models.CharField(max_length=12, default="pending")
    due_at = models.DateTimeField(default=clock.real)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0)
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True, default="")

    class Meta:
        db_table = "stripe_delivery"
        indexes = [
            models.Index(fields=["id"], name="stripe_delivery_open", condition=models.Q(state="pending")),
            models.Index(fields=["order_key", "id"], name="stripe_delivery_order", condition=models.Q(state="pending")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"


class StripeRefund(models.Model):
    """What was given back of an invoice; a charge of Stripe's does not name its invoice any more."""

    charge = models.CharField(max_length=80, unique=True)
    customer = models.CharField(max_length=80)
    invoice = models.CharField(max_length=80, db_index=True)
    refunded_minor = models.BigIntegerField()
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "stripe_refund"

    def __str__(self) -> str:
        return f"{self.charge} {self.refunded_minor}"
