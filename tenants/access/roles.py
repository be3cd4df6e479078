"""What each role may do: the built-in roles, and what a role of the table `role` says (tenants.access.membership)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A member's place in a salon."""

    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    PROFESSIONAL = "professional", _("Professional")
    RECEPTIONIST = "receptionist", _("Receptionist")
    VIEWER = "viewer", _("Viewer")


class Permission(models.TextChoices):
    """One thing a member may or may not do; every view, consumer and API action names one."""

    HOME_SEE = "home.see"
    INBOX_SEE = "inbox.see"
    INBOX_ANSWER = "inbox.answer"
    CONTACTS_SEE = "contacts.see"
    CONTACTS_EDIT = "contacts.edit"
    CONTACTS_MERGE = "contacts.merge"
    CONTACTS_IMPORT = "contacts.import"
    CONTACTS_EXPORT = "contacts.export"
    DEALS_SEE = "deals.see"
    DEALS_EDIT = "deals.edit"
    DEALS_MANAGE = "deals.manage"
    BOOKINGS_SEE = "bookings.see"
    BOOKINGS_EDIT = "bookings.edit"
    BOOKINGS_OVERRIDE = "bookings.override"
    SERVICES_MANAGE = "services.manage"
    INBOX_MANAGE = "inbox.manage"
    FLOWS_SEE = "flows.see"
    FLOWS_EDIT = "flows.edit"
    FLOWS_SECRETS = "flows.secrets"
    EXECUTIONS_SEE = "executions.see"
    TEMPLATES_SEE = "templates.see"
    TEMPLATES_EDIT = "templates.edit"
    NUMBERS_SEE = "numbers.see"
    NUMBERS_MANAGE = "numbers.manage"
    ALERTS_SEE = "alerts.see"
    ALERTS_MANAGE = "alerts.manage"
    SETTINGS_SEE = "settings.see"
    POLICY_EDIT = "policy.edit"
    MEMBERS_MANAGE = "members.manage"
    ROLES_MANAGE = "roles.manage"
    SHARES_MANAGE = "shares.manage"
    KEYS_MANAGE = "keys.manage"
    AUDIT_SEE = "audit.see"
    AUDIT_EXPORT = "audit.export"
    PRIVACY_MANAGE = "privacy.manage"
    BILLING_SEE = "billing.see"
    BILLING_MANAGE = "billing.manage"
    SALON_MANAGE = "salon.manage"
    API_DOCS = "api.docs"


_SEES = {
    Permission.HOME_SEE,
    Permission.INBOX_SEE,
    Permission.CONTACTS_SEE,
    Permission.DEALS_SEE,
    Permission.BOOKINGS_SEE,
    Permission.SETTINGS_SEE,
    Permission.API_DOCS,
}
_ANSWERS = _SEES | {
    Permission.INBOX_ANSWER,
    Permission.CONTACTS_EDIT,
    Permission.DEALS_EDIT,
    Permission.BOOKINGS_EDIT,
    Permission.TEMPLATES_SEE,
}
# Whoever holds one of these could take the salon: no role but the owner's does, whatever its row says.
OWNERS_ONLY = frozenset({Permission.ROLES_MANAGE, Permission.SALON_MANAGE})
_MANAGES = set(Permission) - OWNERS_ONLY - {Permission.BILLING_MANAGE}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.MANAGER: frozenset(_MANAGES),
    Role.RECEPTIONIST: frozenset(
        _ANSWERS | {Permission.ALERTS_SEE, Permission.CONTACTS_MERGE, Permission.BOOKINGS_OVERRIDE}
    ),
    Role.PROFESSIONAL: frozenset(_ANSWERS),
    Role.VIEWER: frozenset(_SEES),
}


_BY_NAME = {permission.value: permission for permission in Permission}


@dataclass(frozen=True, slots=True)
class Rights:
    """A role with what it holds, as it stood when it was read."""

    role: str = ""
    permissions: frozenset[Permission] = frozenset()
    name: str = ""
    """What the salon calls it; built-in roles have words of the product."""

    def may(self, permission: Permission) -> bool:
        """Whether the role holds the permission."""
        return permission in self.permissions

    def covers(self, other: "Rights") -> bool:
        """Whether whoever holds these may give and take the other role: it holds nothing that they lack."""
        return other.permissions <= self.permissions

    @property
    def label(self) -> str:
        """The role in the reader's language."""
        return str(Role(self.role).label) if self.role in _BUILT_IN else self.name


_BUILT_IN = frozenset(Role.values)
NO_RIGHTS = Rights()


def known(names: Iterable[str]) -> frozenset[Permission]:
    """The permissions of these names. Names that nobody knows (of a newer or older release) give nothing."""
    return frozenset(_BY_NAME[name] for name in names if name in _BY_NAME)


def rights(role: str, names: Iterable[str], name: str = "") -> Rights:
    """What a row of the table gives. An owner holds everything, whatever the row says."""
    held = frozenset(Permission) if role == Role.OWNER else known(names) - OWNERS_ONLY
    return Rights(role, held, name)


def built_in(role: str) -> Rights:
    """A built-in role as the product ships it; an unknown role holds nothing."""
    return Rights(role, ROLE_PERMISSIONS[Role(role)]) if role in _BUILT_IN else NO_RIGHTS


def may(role: str, permission: Permission) -> bool:
    """Whether a built-in role holds the permission; an unknown role holds none."""
    return built_in(role).may(permission)
