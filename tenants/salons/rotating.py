"""Putting every salon's key under the newest of SALON_KEYS."""

from typing import NamedTuple

from django.db import transaction

from ops.sealing import rewrap_salon_key
from tenants.salons.models import Salon

AT_ONCE = 200


class Rotated(NamedTuple):
    """How many keys were wrapped anew, and how many were so already."""

    done: int
    already: int


def rotate_keys() -> Rotated:
    """Wrap each salon's key with the newest of SALON_KEYS, while everything runs; what was stopped halfway goes on.

    The salons' own keys stay as they are, so what they sealed still opens. Raises CannotOpen for a key whose
    wrapping key is no longer in SALON_KEYS.
    """
    done = already = last = 0
    while pks := list(Salon.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            for salon in Salon.objects.select_for_update().filter(pk__in=pks).only("pk", "sealed_key"):
                before = bytes(salon.sealed_key)
                after = rewrap_salon_key(before, salon_id=salon.pk)
                if after == before:
                    already += 1
                    continue
                Salon.objects.filter(pk=salon.pk).update(sealed_key=after)
                done += 1
        last = pks[-1]
    return Rotated(done, already)
