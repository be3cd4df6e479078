"""Texts that WhatsApp looks at before they are used."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import Nothing

TABLES = [Nothing("message_template", _("texts of the salon's own"))]
