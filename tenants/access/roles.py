"""What each role may do."""

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
_MANAGES = set(Permission)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(_MANAGES),
    Role.MANAGER: frozenset(_MANAGES),
    Role.RECEPTIONIST: frozenset(
        _ANSWERS | {Permission.ALERTS_SEE, Permission.CONTACTS_MERGE, Permission.BOOKINGS_OVERRIDE}
    ),
    Role.PROFESSIONAL: frozenset(_ANSWERS),
    Role.VIEWER: frozenset(_SEES),
}


def may(role: str, permission: Permission) -> bool:
    """Whether the role holds the permission; an unknown role holds none."""
    return role in ROLE_PERMISSIONS and permission in ROLE_PERMISSIONS[Role(role)]
