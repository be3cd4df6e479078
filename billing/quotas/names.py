"""What is limited, in words, and how a refusal is told."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.metering.kinds import GAUGES, Kind

# Limits that are counted; limits of speed (…_per_second, …_per_minute) stand with those who hold them.
LABELS: Final[dict[str, str | Promise]] = {
    **{str(kind): kind.label for kind in Kind},
    "numbers": _("WhatsApp numbers"),
    "flows": _("Flows"),
    "professionals": _("Professionals"),
}


# The timer that has use looked at: its subject is a gauge, FLOWING for what comes anew with each period, or "all".
GAUGES_TIMER: Final = "usage.gauges"
FLOWING: Final = "flowing"


def label_of(name: str) -> str | Promise:
    """What a limit is called."""
    return LABELS.get(name, name)


def is_gauge(name: str) -> bool:
    """Whether it counts what is there, and not what comes anew with each period."""
    return name in GAUGES
