"""Keys of programs, and roles."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import Nothing

TABLES = [
    Nothing("api_key", _("of programs, not of people")),
    Nothing("role", _("names of roles and what they may do")),
]
