"""Connecting numbers, and their tokens."""

from dataclasses import dataclass

from django.db import transaction

from channels_wa.numbers.models import Number
from ops.sealing import place
from tenants.salons.keys import box_of


class NumberTaken(ValueError):
    """The phone_number_id is connected already."""


@dataclass(frozen=True, slots=True)
class NewNumber:
    """A number as Meta names it."""

    phone_number_id: str
    waba_id: str
    display_phone: str
    token: str
    name: str = ""
    portfolio: str = ""
    throughput_mps: int = 80


@transaction.atomic
def connect(salon_id: int, new: NewNumber) -> Number:
    """Connect a number to a salon. Raises NumberTaken."""
    number, made = Number.objects.get_or_create(
        phone_number_id=new.phone_number_id,
        defaults={
            "salon_id": salon_id,
            "waba_id": new.waba_id,
            # Identities are scoped to the business portfolio; where it is unknown, the account stands for it.
            "portfolio": new.portfolio or new.waba_id,
            "display_phone": new.display_phone,
            "name": new.name,
            "throughput_mps": new.throughput_mps,
        },
    )
    if not made:
        raise NumberTaken(f"The number {new.phone_number_id} is connected already.")
    number.sealed_token = box_of(salon_id).seal(new.token.encode(), _place(number))
    number.save(update_fields=["sealed_token"])
    return number


def token_of(number: Number) -> str:
    """The number's access token. Raises CannotOpen."""
    return box_of(number.salon_id).open(bytes(number.sealed_token), _place(number)).decode()


def _place(number: Number) -> bytes:
    return place(number.salon_id, "number", "sealed_token", number.pk)
