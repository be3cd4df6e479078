"""Reads of numbers."""

from typing import Final

from django.db.models import QuerySet

from channels_wa.numbers.models import Number
from ops.one_look import kept
from ops.salon import current_salon_id

# Of a number what is asked of it with every message.
_ASKED: Final = (
    *("pk", "salon_id", "waba_id", "portfolio", "state", "is_default"),
    *("campaigns_paused_until", "warm_up_started_at", "messaging_limit"),
)


def own_numbers() -> QuerySet[Number]:
    """The connected numbers of the salon we are in.

    The table is public, so this filter is what keeps other salons out.
    """
    return own_numbers_ever().exclude(state=Number.State.DISCONNECTED)


def living() -> QuerySet[Number]:
    """Those that a plan counts (PLAN_THINGS)."""
    return own_numbers()


def own_numbers_ever() -> QuerySet[Number]:
    """With those that were disconnected: what is past names them."""
    salon_id = current_salon_id()
    return Number.objects.none() if salon_id is None else Number.objects.filter(salon_id=salon_id)


@kept
def known_numbers() -> dict[int, Number]:
    """All of them by id, disconnected ones too, for who judges or writes messages: they bring only what is asked with
    every message."""
    return {number.pk: number for number in own_numbers_ever().only(*_ASKED).order_by("pk")}
