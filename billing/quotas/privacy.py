"""What a salon was told about its limits."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import Nothing

TABLES = [Nothing("quota_alert", _("which limits a salon has approached"))]
