"""Connecting numbers, and their secrets."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from channels_wa.numbers.models import Number
from ops import clock
from ops.events import actions as events
from ops.salon import run_in_salon
from ops.sealing import place
from tenants.salons.keys import box_of
from tenants.salons.models import Salon


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
    via: str = ""
    by_user: int | None = None
    is_warmed_up: bool = False


@transaction.atomic
def connect(salon_id: int, new: NewNumber) -> Number:
    """Connect a number to a salon, again if it was connected to it once. Raises NumberTaken."""
    # One at a time in a salon: there is one default number.
    Salon.objects.select_for_update().get(pk=salon_id)
    number = _former(salon_id, new.phone_number_id) or Number(
        salon_id=salon_id, warm_up_started_at=None if new.is_warmed_up else clock.now()
    )
    number.phone_number_id, number.waba_id = new.phone_number_id, new.waba_id
    number.former_phone_number_id = number.former_waba_id = ""
    # Identities are scoped to the business portfolio; where it is unknown, the account stands for it.
    number.portfolio = new.portfolio or new.waba_id
    number.display_phone, number.name, number.throughput_mps = new.display_phone, new.name, new.throughput_mps
    number.connected_via, number.connected_by, number.connected_at = new.via, new.by_user, clock.now()
    number.state, number.stopped_reason, number.disconnected_at = Number.State.ACTIVE, "", None
    number.is_default = not Number.objects.filter(salon_id=salon_id, is_default=True).exists()
    try:
        with transaction.atomic():
            number.save()
    except IntegrityError:
        raise NumberTaken(f"The number {new.phone_number_id} is connected already.") from None
    seal_token(number, new.token)
    number.save(update_fields=["sealed_token"])
    tell(number, "number.connected")
    return number


def _former(salon_id: int, phone_number_id: str) -> Number | None:
    """The row of a number that this salon disconnected: the same talks go on, and what was warm stays so."""
    gone = Number.objects.select_for_update().filter(salon_id=salon_id, state=Number.State.DISCONNECTED)
    return gone.filter(former_phone_number_id=phone_number_id).order_by("-disconnected_at").first()


@transaction.atomic
def reconnect(number: Number, token: str) -> None:
    """Give a number a new token: what stopped it is over, and what waits may leave."""
    seal_token(number, token)
    number.state, number.stopped_reason = Number.State.ACTIVE, ""
    number.save(update_fields=["sealed_token", "state", "stopped_reason"])
    tell(number, "number.connected")


@transaction.atomic
def resume(number: Number) -> bool:
    """Let messages leave through a stopped number again; whether it was stopped until now."""
    changed = Number.objects.filter(pk=number.pk, state=Number.State.STOPPED).update(
        state=Number.State.ACTIVE, stopped_reason="", circuit_open_until=None
    )
    if changed:
        tell(number, "number.resumed")
    return bool(changed)


def tell(number: Number, kind: str) -> None:
    """Write an event of a number in its salon."""
    subject, payload = number.public_id, {"number_id": number.pk}
    run_in_salon(number.salon_id, lambda: events.emit(kind, subject=subject, payload=payload))


def token_of(number: Number) -> str:
    """The number's access token. Raises CannotOpen."""
    return _open(number, "sealed_token")


def pin_of(number: Number) -> str:
    """The PIN of its two-step verification as far as we set it, else nothing. Raises CannotOpen."""
    return _open(number, "sealed_pin") if number.sealed_pin else ""


def seal_token(number: Number, token: str) -> None:
    """Put a token on the instance, sealed for its row."""
    number.sealed_token = box_of(number.salon_id).seal(token.encode(), _place(number, "sealed_token"))


def keep_pin(number: Number, pin: str) -> None:
    """Keep the PIN with which the number was registered."""
    number.sealed_pin = box_of(number.salon_id).seal(pin.encode(), _place(number, "sealed_pin"))
    number.save(update_fields=["sealed_pin"])


def _open(number: Number, column: str) -> str:
    return box_of(number.salon_id).open(bytes(getattr(number, column)), _place(number, column)).decode()


def _place(number: Number, column: str) -> bytes:
    return place(number.salon_id, "number", column, number.pk)
