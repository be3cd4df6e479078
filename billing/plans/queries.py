"""What a salon's plan allows."""

from functools import lru_cache
from time import monotonic

from billing.plans.models import Plan
from tenants.salons.models import Salon

# An operator's change of a plan takes effect within this time in every process.
_KEEP_S = 5.0


def limit_of(salon_id: int, key: str) -> float | None:
    """The salon's limit by that name, e.g. `messages_per_second`; None where its plan names none."""
    value = _limits_of(salon_id, int(monotonic() / _KEEP_S)).get(key)
    return None if value is None else float(value)


@lru_cache(maxsize=4096)
def _limits_of(salon_id: int, _slice: int) -> dict[str, float]:
    code = Salon.objects.values_list("plan", flat=True).get(pk=salon_id)
    return dict(Plan.objects.values_list("limits", flat=True).filter(code=code).first() or {})
