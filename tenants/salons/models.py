"""Salons, their hosts, and who belongs to them. All on the public side."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django_tenants.models import DomainMixin, TenantMixin

from ops import clock
from ops.ids import uuid7
from ops.salon import schema_of
from tenants.access.roles import NO_RIGHTS, Rights


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
    # How much of a phone log lines show: nothing, or the last four digits (ops.redaction).
    log_redaction = models.CharField(max_length=5, default="full", db_default="full")
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


class RoleDefinition(models.Model):
    """What a role may do: the built-in ones (no salon), and those that a salon has made itself."""

    CUSTOM = "custom-"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    salon = models.ForeignKey(Salon, null=True, blank=True, on_delete=models.CASCADE, related_name="roles")
    key = models.CharField(max_length=20)
    label = models.CharField(max_length=60)
    # Names of tenants.access.roles.Permission; what this release does not know gives nothing.
    permissions = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "role"
        constraints = [
            models.UniqueConstraint(fields=["salon", "key"], name="one_role_per_key", nulls_distinct=False),
            # A salon's own role never stands in for a built-in one.
            models.CheckConstraint(
                condition=Q(salon__isnull=True) & ~Q(key__startswith="custom-")
                | Q(salon__isnull=False, key__startswith="custom-"),
                name="custom_roles_are_a_salons",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Membership(models.Model):
    """A person's place in a salon. The salon's own schema keeps a `member` for what points to them there."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    salon = models.ForeignKey(Salon, on_delete=models.CASCADE, related_name="memberships")
    # The key of a RoleDefinition; one that has no row gives no rights.
    role = models.CharField(max_length=20)
    # Neither switched off nor removed; who was removed is not shown among the people any more.
    is_active = models.BooleanField(default=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    # A few minutes exact.
    last_seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    # Of its role, put here by whoever looked it up.
    rights: Rights = NO_RIGHTS

    class Meta:
        db_table = "membership"
        constraints = [models.UniqueConstraint(fields=["user", "salon"], name="one_membership_per_salon")]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"


class Invitation(models.Model):
    """An address that is to belong to a salon. Its link, sent by e-mail alone, proves the address; once."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    salon = models.ForeignKey(Salon, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=20)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # SHA-256 of what the link carries: made when the e-mail is written, another one each time.
    token_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    # How often it was asked to be sent; only the newest link opens.
    sends = models.PositiveIntegerField(default=1)
    asked_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "invitation"
        constraints = [
            models.UniqueConstraint(
                fields=["salon", "email"], name="one_open_invitation", condition=Q(accepted_at=None, revoked_at=None)
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_over(self) -> bool:
        """Whether its time has passed."""
        return self.expires_at <= clock.now()


class OwnershipOffer(models.Model):
    """An owner wants a member to take the salon over; nothing changes until they accept."""

    salon = models.ForeignKey(Salon, on_delete=models.CASCADE, related_name="ownership_offers")
    from_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    to_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ownership_offer"
        constraints = [
            models.UniqueConstraint(fields=["salon"], name="one_open_ownership_offer", condition=Q(ended_at=None))
        ]


class EntryCode(models.Model):
    """A one-time code that carries a login from the public host to a salon's host. Only its hash is kept."""

    code_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    salon = models.ForeignKey(Salon, on_delete=models.CASCADE)
    next_path = models.CharField(max_length=300, default="/")
    # The public host's session it was made in: who logs out of one logs out of the other.
    session_hash = models.CharField(max_length=64, blank=True, default="")
    # When the person last proved who they are; the salon's session keeps it (tenants.access.stepup).
    proved_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "entry_code"


class Opening(models.Model):
    """A salon that somebody asked for; a worker opens it (tenants.salons.opening)."""

    class State(models.TextChoices):
        """How far it is. `refused`: a value must be changed; `dead`: every try failed."""

        WAITING = "waiting"  # for the e-mail address to be confirmed
        PENDING = "pending"
        DONE = "done"
        REFUSED = "refused"
        DEAD = "dead"

    # Made by the form, so that the same form sent twice is one opening.
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="openings")
    name = models.CharField(max_length=120)
    slug = models.CharField(max_length=40)
    time_zone = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    salon = models.ForeignKey(Salon, on_delete=models.CASCADE, null=True, blank=True)
    # Whether its person was led into it.
    is_shown = models.BooleanField(default=False)
    asked_at = models.DateTimeField(default=clock.real)
    began_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    due_at = models.DateTimeField(default=clock.real)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0)
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True, default="")

    class Meta:
        db_table = "opening"
        indexes = [models.Index(fields=["id"], name="opening_open", condition=models.Q(state="pending"))]

    def __str__(self) -> str:
        return f"{self.slug} {self.state}"
