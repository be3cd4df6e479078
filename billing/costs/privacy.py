"""Prices and sums: nobody is in them."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import Nothing

TABLES = [Nothing("price_table", _("prices")), Nothing("cost_total", _("sums of a day"))]
