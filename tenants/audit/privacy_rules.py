"""How long the audit log is kept."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from ops.salon import current_salon_id
from tenants.audit.sealing.pruning import AT_ONCE, KEPT_DAYS, prune
from tenants.privacy.rules import Rule


def _old(before: datetime, _most: int, _how: str) -> int:
    return prune(current_salon_id() or 0, before)


RETENTION = [
    Rule(
        "audit",
        _("Audit log"),
        _("Who did what; at least a year."),
        KEPT_DAYS,
        _old,
        least=365,
        at_once=AT_ONCE,
        order=55,
    ),
]
