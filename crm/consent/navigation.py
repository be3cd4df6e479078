"""The rules among the settings."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Setting
from tenants.access.roles import Permission

SETTINGS = [
    Setting(
        _("Consent and quiet hours"),
        _("When your salon may write on its own, how often, and the words with which guests end it."),
        "lock",
        "consent:rules",
        Permission.POLICY_EDIT,
        order=30,
    )
]
