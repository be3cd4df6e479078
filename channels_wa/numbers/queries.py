"""Reads of numbers."""

from django.db.models import QuerySet

from channels_wa.numbers.models import Number
from ops.salon import current_salon_id


def own_numbers() -> QuerySet[Number]:
    """The connected numbers of the salon we are in.

    The table is public, so this filter is what keeps other salons out.
    """
    return own_numbers_ever().exclude(state=Number.State.DISCONNECTED)


def own_numbers_ever() -> QuerySet[Number]:
    """With those that were disconnected: what is past names them."""
    salon_id = current_salon_id()
    return Number.objects.none() if salon_id is None else Number.objects.filter(salon_id=salon_id)
