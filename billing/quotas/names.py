"""How those who look at use are woken."""

from typing import Final

# The timer that has use looked at: its subject is a gauge, FLOWING for what comes anew with each period, or "all".
GAUGES_TIMER: Final = "usage.gauges"
FLOWING: Final = "flowing"
