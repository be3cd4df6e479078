"""Salons, their hosts, and who belongs to them. All on the public side."""

from django.conf import settings
from django.db import models
from django_tenants.models import DomainMixin, TenantMixin

from ops import clock
from ops.ids import uuid7
from ops.salon import schema_of
from tenants.access.roles import Role


class Salon(TenantMixin):  # type: ignore[misc]
    """A tenant: one business with its own schema, `salon_<id>`."""

    class State(models.TextChoices):
        """Whether its people and guests are served."""

        OPENING = "opening"
        ACTIVE = "active"
        SUSPENDED = "suspended"
        CLOSED = "closed"

    auto_create_schema = False
    auto_drop_schema = False

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=40, unique=True)
    time_zone = models.CharField(max_length=60, default="America/Sao_Paulo")
    currency = models.CharField(max_length=3, default="BRL")
    language = models.CharField(max_length=10, default="pt-br")
    # Where a phone number without a country code belongs (ISO 3166).
    country = models.CharField(max_length=2, default="BR", db_default="BR")
    plan = models.CharField(max_length=30, default="free")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPENING)
    shard = models.CharField(max_length=30, default="one")
    # The fingerprint of the migrations its schema has; one query tells who is behind.
    schema_version = models.CharField(max_length=64, blank=True, default="")
    # Its data key, sealed by the newest of SALON_KEYS.
    sealed_key = models.BinaryField(default=bytes, editable=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "salon"
        indexes = [models.Index(fields=["schema_version"], name="salon_schema_version")]

    def __str__(self) -> str:
        return self.name

    @property
    def schema(self) -> str:
        """The name of its schema."""
        return schema_of(self.pk)


class Domain(DomainMixin):  # type: ignore[misc]
    """A host name under which a salon is served."""

    class Meta:
        db_table = "domain"


class Membership(models.Model):
    """A person's place in a salon. The salon's own schema keeps a `member` for what points to them there."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    salon = models.ForeignKey(Salon, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "membership"
        constraints = [models.UniqueConstraint(fields=["user", "salon"], name="one_membership_per_salon")]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"


class EntryCode(models.Model):
    """A one-time code that carries a login from the public host to a salon's host. Only its hash is kept."""

    code_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    salon = models.ForeignKey(Salon, on_delete=models.CASCADE)
    next_path = models.CharField(max_length=300, default="/")
    # The public host's session it was made in: who logs out of one logs out of the other.
    session_key = models.CharField(max_length=40, blank=True, default="")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "entry_code"
