"""Several visits sold at once: what is offered, what was sold, and what was used of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.bookings.models.booking import Booking
from ops import clock
from ops.ids import uuid7


class Package(models.Model):
    """What a salon sells: so many times one of these services, for one price."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=120)
    service_ids = ArrayField(models.BigIntegerField())
    uses = models.PositiveSmallIntegerField()
    price_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    # How long it is good after it was sold; empty: for ever.
    valid_days = models.PositiveSmallIntegerField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "package"

    def __str__(self) -> str:
        return self.name


class PackageSale(models.Model):
    """A package of a guest, as it was when it was sold."""

    class State(models.TextChoices):
        """Whether it may still be used."""

        ACTIVE = "active", _("Active")
        EXPIRED = "expired", _("Expired")
        REFUNDED = "refunded", _("Paid back")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="sales", db_index=False)
    # Empty: the guest was erased; that it was sold stays for accounting.
    contact = models.ForeignKey(
        "contacts.Contact", on_delete=models.SET_NULL, null=True, blank=True, related_name="packages", db_index=False
    )
    name = models.CharField(max_length=120)
    service_ids = ArrayField(models.BigIntegerField())
    uses = models.PositiveSmallIntegerField()
    # Counted under the row's lock; the uses themselves are `package_use`.
    used = models.PositiveSmallIntegerField(default=0)
    price_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    expires_at = models.DateTimeField(null=True, blank=True)
    refunded_minor = models.BigIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True, default="")
    sold_by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "package_sale"
        indexes = [models.Index(fields=["contact", "id"], name="package_sale_contact")]
        constraints = [
            models.CheckConstraint(condition=models.Q(used__lte=models.F("uses")), name="package_sale_no_more"),
            models.CheckConstraint(
                condition=models.Q(refunded_minor__gte=0) & models.Q(refunded_minor__lte=models.F("price_minor")),
                name="package_sale_refund",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.used}/{self.uses}"

    @property
    def left(self) -> int:
        """How many times it may still be used."""
        return self.uses - self.used


class PackageUse(models.Model):
    """One service of a visit that a package pays for; given back with the visit."""

    sale = models.ForeignKey(PackageSale, on_delete=models.CASCADE, related_name="visits", db_index=False)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="package_uses", db_index=False)
    # Which of the visit's services.
    position = models.PositiveSmallIntegerField(default=0)
    service_id = models.BigIntegerField()
    # By how much the visit costs less.
    price_minor = models.BigIntegerField(default=0)
    by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=clock.now)
    returned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "package_use"
        indexes = [models.Index(fields=["sale", "id"], name="package_use_sale")]
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "position"], name="package_use_once", condition=models.Q(returned_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.sale_id} {self.booking_id}"
