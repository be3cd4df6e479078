"""Permissions in words, grouped as people think of them: for the pages where they are given."""

from collections.abc import Collection
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.access.roles import Permission


class Group(NamedTuple):
    """What belongs together, each permission with what it lets one do."""

    title: str | Promise
    permissions: tuple[tuple[Permission, str | Promise], ...]


GROUPS: tuple[Group, ...] = (
    Group(
        _("Conversations"),
        (
            (Permission.INBOX_SEE, _("See conversations and messages")),
            (Permission.INBOX_ANSWER, _("Answer guests and send messages")),
            (Permission.INBOX_MANAGE, _("Manage teams, quick replies and the inbox's rules")),
        ),
    ),
    Group(
        _("Contacts"),
        (
            (Permission.CONTACTS_SEE, _("See contacts")),
            (Permission.CONTACTS_EDIT, _("Add and change contacts")),
            (Permission.CONTACTS_MERGE, _("Merge contacts")),
            (Permission.CONTACTS_IMPORT, _("Import contacts from a file")),
            (Permission.CONTACTS_EXPORT, _("Export contacts to a file")),
        ),
    ),
    Group(
        _("Deals and tasks"),
        (
            (Permission.DEALS_SEE, _("See deals and tasks")),
            (Permission.DEALS_EDIT, _("Add and change deals and tasks")),
            (Permission.DEALS_MANAGE, _("Manage pipelines and fields")),
        ),
    ),
    Group(
        _("Calendar"),
        (
            (Permission.BOOKINGS_SEE, _("See the calendar and visits")),
            (Permission.BOOKINGS_EDIT, _("Book, move and cancel visits")),
            (Permission.BOOKINGS_OVERRIDE, _("Book beside the rules")),
            (Permission.SERVICES_MANAGE, _("Manage services, professionals and hours")),
        ),
    ),
    Group(
        _("Flows"),
        (
            (Permission.FLOWS_SEE, _("See flows")),
            (Permission.FLOWS_EDIT, _("Draw and publish flows")),
            (Permission.FLOWS_SECRETS, _("Manage the secrets of flows")),
            (Permission.EXECUTIONS_SEE, _("See what flows did")),
        ),
    ),
    Group(
        _("WhatsApp"),
        (
            (Permission.TEMPLATES_SEE, _("See message templates")),
            (Permission.TEMPLATES_EDIT, _("Write message templates")),
            (Permission.NUMBERS_SEE, _("See the salon's numbers")),
            (Permission.NUMBERS_MANAGE, _("Connect and manage numbers")),
        ),
    ),
    Group(
        _("The salon"),
        (
            (Permission.HOME_SEE, _("See the home page")),
            (Permission.SETTINGS_SEE, _("See the settings")),
            (Permission.ALERTS_SEE, _("See alerts")),
            (Permission.ALERTS_MANAGE, _("Choose where alerts are told")),
            (Permission.POLICY_EDIT, _("Change the rules of what the salon may send")),
            (Permission.API_DOCS, _("Read the API's description")),
        ),
    ),
    Group(
        _("People and security"),
        (
            (Permission.MEMBERS_MANAGE, _("Invite and remove people")),
            (Permission.ROLES_MANAGE, _("Make and change roles")),
            (Permission.SHARES_MANAGE, _("Share anything with anybody in the salon")),
            (Permission.KEYS_MANAGE, _("Make and revoke API keys")),
            (Permission.AUDIT_SEE, _("See who did what")),
            (Permission.AUDIT_EXPORT, _("Export who did what")),
            (Permission.PRIVACY_MANAGE, _("Export and erase guests' data")),
        ),
    ),
    Group(
        _("Plan and ownership"),
        (
            (Permission.BILLING_SEE, _("See the plan and invoices")),
            (Permission.BILLING_MANAGE, _("Change the plan and pay")),
            (Permission.SALON_MANAGE, _("Hand over or close the salon")),
        ),
    ),
)
LABELS: dict[Permission, str | Promise] = {
    permission: label for group in GROUPS for permission, label in group.permissions
}


def groups_of(permissions: Collection[Permission]) -> list[Group]:
    """The groups with these permissions only; those that would be empty are left out."""
    narrowed = (
        Group(group.title, tuple(one for one in group.permissions if one[0] in permissions)) for group in GROUPS
    )
    return [group for group in narrowed if group.permissions]


# What an action of the API asks for; a key may be given these (tests/api/test_guard.py compares).
OF_THE_API: tuple[Permission, ...] = (
    Permission.INBOX_SEE,
    Permission.INBOX_ANSWER,
    Permission.INBOX_MANAGE,
    Permission.CONTACTS_SEE,
    Permission.CONTACTS_EDIT,
    Permission.CONTACTS_MERGE,
    Permission.DEALS_SEE,
    Permission.DEALS_EDIT,
    Permission.DEALS_MANAGE,
    Permission.BOOKINGS_SEE,
    Permission.BOOKINGS_EDIT,
    Permission.BOOKINGS_OVERRIDE,
    Permission.SERVICES_MANAGE,
    Permission.FLOWS_SEE,
    Permission.FLOWS_EDIT,
    Permission.EXECUTIONS_SEE,
    Permission.TEMPLATES_SEE,
    Permission.TEMPLATES_EDIT,
    Permission.NUMBERS_SEE,
    Permission.NUMBERS_MANAGE,
    Permission.AUDIT_SEE,
    Permission.BILLING_SEE,
)
