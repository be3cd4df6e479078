"""What salons pay for."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import Nothing

TABLES = [
    Nothing("plan_version", _("what is sold")),
    Nothing("subscription", _("what a business has bought, and its number at the payment provider")),
]
