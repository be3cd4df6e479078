"""Each salon's own key, with which its secrets are sealed."""

from functools import lru_cache

from ops.sealing import Box, unwrap_salon_key
from tenants.salons.models import Salon


def box_of(salon_id: int) -> Box:
    """The box that seals and opens what belongs to this salon. Raises Salon.DoesNotExist, CannotOpen."""
    return _box_of(salon_id)


@lru_cache(maxsize=2048)
def _box_of(salon_id: int) -> Box:
    sealed = Salon.objects.values_list("sealed_key", flat=True).get(pk=salon_id)
    return unwrap_salon_key(bytes(sealed), salon_id=salon_id)
