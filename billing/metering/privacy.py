"""Use is counted for a salon; its causes are named by numbers alone."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import Nothing

_WHY = _("how much a salon used")
TABLES = [Nothing(name, _WHY) for name in ("usage_event", "usage_total", "usage_gauge", "overage_report")] + [
    Nothing("usage_difference", _("where sums of use differ"))
]
