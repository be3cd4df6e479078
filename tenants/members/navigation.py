"""People and roles below Settings."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Setting
from tenants.access.roles import Permission

SETTINGS = [
    Setting(
        _("People"),
        _("Who works here, and as what; invite somebody"),
        "users",
        "people:list",
        Permission.MEMBERS_MANAGE,
        order=60,
    ),
    Setting(_("Roles"), _("What each role may do"), "shield-check", "roles:list", Permission.ROLES_MANAGE, order=61),
]
