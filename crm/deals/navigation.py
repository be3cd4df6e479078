"""Deals in the menu, their pipelines among the settings."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Entry, Setting
from tenants.access.roles import Permission

ENTRIES = [Entry(_("Deals"), "deals:board", "layout-kanban", Permission.DEALS_SEE, order=45, shared="pipeline")]
SETTINGS = [
    Setting(
        _("Pipelines"),
        _("The stages that a deal goes through, how likely it is won in each, and why deals are lost."),
        "layout-kanban",
        "pipelines:list",
        Permission.DEALS_MANAGE,
        order=35,
        shared="pipeline",
    )
]
