"""Flows in the menu."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Entry
from tenants.access.roles import Permission

ENTRIES = [Entry(_("Flows"), "flows:list", "sitemap", Permission.FLOWS_SEE, order=50)]
