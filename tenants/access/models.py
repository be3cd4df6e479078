"""Keys of integrators."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ops import clock
from ops.addresses import address, lies_in, network
from ops.ids import uuid7
from tenants.access.roles import NO_RIGHTS, Permission, Rights


class ApiKey(models.Model):
    """A secret with which a program acts for a salon. Only a hash of it is kept."""

    class State(models.TextChoices):
        """Whether it opens anything."""

        ACTIVE = "active"
        ENDING = "ending"
        EXPIRED = "expired"
        REVOKED = "revoked"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    salon_id = models.BigIntegerField(db_index=True)
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    key_hash = models.CharField(max_length=64, unique=True)
    # The role whose rights it has, narrowed by the scopes if there are any; without a role the scopes alone.
    role = models.CharField(max_length=20, default="manager", blank=True)
    scopes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    # Addresses and networks it may be used from; none: from everywhere.
    addresses = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    # Requests per minute by class (api.rates), in place of the plan's.
    rates = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    # The member who made it; they stay in the salon's book when they leave.
    made_by = models.UUIDField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    # The key that takes its place; until `expires_at` both are good.
    replaced_by = models.UUIDField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)
    # When it was last shown from an address that is not on its list.
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_from = models.GenericIPAddressField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "api_key"

    # Of its role, put here by whoever looked the key up.
    rights: Rights = NO_RIGHTS

    def may(self, permission: Permission) -> bool:
        """Whether the role holds the permission and, where the key has scopes, a scope names it."""
        if not self.role:
            # A key without a role has its scopes and nothing else.
            return permission.value in self.scopes
        return self.rights.may(permission) and (not self.scopes or permission.value in self.scopes)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def __repr__(self) -> str:
        return f"<ApiKey {self.prefix}…>"

    @property
    def state(self) -> "ApiKey.State":
        """Whether it opens anything now."""
        if self.revoked_at is not None:
            return self.State.REVOKED
        if self.expires_at is not None and self.expires_at <= clock.now():
            return self.State.EXPIRED
        return self.State.ACTIVE if self.replaced_by is None else self.State.ENDING

    @property
    def is_alive(self) -> bool:
        """Whether it opens something now."""
        return self.state in (self.State.ACTIVE, self.State.ENDING)

    def admits(self, client: str) -> bool:
        """Whether it may be used from this address."""
        if not self.addresses:
            return True
        found = address(client)
        return found is not None and lies_in(found, [network(text) for text in self.addresses])

    def as_audited(self) -> dict[str, Any]:
        """What the audit log keeps of it."""
        return {
            "name": self.name,
            "prefix": self.prefix,
            "role": self.role,
            "scopes": list(self.scopes),
            "addresses": list(self.addresses),
            "rates": dict(self.rates),
            "expires_at": self.expires_at.isoformat() if self.expires_at else None,
        }
