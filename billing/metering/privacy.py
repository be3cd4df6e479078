"""Use is counted for a salon; its causes are named by numbers alone."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import Nothing

_WHY = _("how much a salon used")
_SUMS = ("usage_event", "usage_total", "usage_gauge", "overage_report", "last_bill")
TABLES = [Nothing(name, _WHY) for name in _SUMS] + [Nothing("usage_difference", _("where sums of use differ"))]
