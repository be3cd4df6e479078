"""Connecting numbers, and their secrets."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from billing.quotas.gates import take
from channels_wa.numbers.models import Number
from channels_wa.numbers.words import SETTING_UP
from ops import clock
from ops.events import actions as events
from ops.salon import run_in_salon
from ops.sealing import place
from tenants.audit import actions as audit
from tenants.salons.keys import box_of
from tenants.salons.models import Salon

# What comes first after the token was kept; the steps stand in connecting.py.
FIRST_STEP = "subscribe"


class NumberTaken(ValueError):
    """The phone_number_id is connected already."""


@dataclass(frozen=True, slots=True)
class NewNumber:
    """A number as Meta names it."""

    phone_number_id: str
    waba_id: str
    display_phone: str
    token: str = field(repr=False)
    name: str = ""
    portfolio: str = ""
    throughput_mps: int = 80
    via: str = ""
    is_warmed_up: bool = False
    # Whether steps are left until messages can leave (connecting.py).
    needs_setup: bool = False


@transaction.atomic
def connect(salon_id: int, new: NewNumber, *, by: Any = None) -> Number:
    """Connect a number to a salon, again if it was connected to it once. Raises NumberTaken.

    `by` is who did it, for the audit log: a Member, an ApiKey, or None for the system.
    """
    # One at a time in a salon: there is one default number.
    Salon.objects.select_for_update().get(pk=salon_id)
    take("numbers", salon_id=salon_id)
    number = _former(salon_id, new.phone_number_id) or Number(
        salon_id=salon_id, warm_up_started_at=None if new.is_warmed_up else clock.now()
    )
    number.phone_number_id, number.waba_id = new.phone_number_id, new.waba_id
    number.former_phone_number_id = number.former_waba_id = ""
    # Identities are scoped to the business portfolio; where it is unknown, the account stands for it.
    # What the account's other numbers go by stays, or one guest would be two.
    sibling = _connected(salon_id).filter(waba_id=new.waba_id).exclude(portfolio="").order_by("pk").first()
    number.portfolio = number.portfolio or (sibling.portfolio if sibling else new.portfolio or new.waba_id)
    number.display_phone, number.name, number.throughput_mps = new.display_phone, new.name, new.throughput_mps
    number.connected_via, number.connected_by, number.connected_at = new.via, _user(by), clock.now()
    number.disconnected_at, number.setup, number.setup_problem = None, "", ""
    number.state, number.stopped_reason = Number.State.ACTIVE, ""
    if new.needs_setup:
        number.setup, number.state, number.stopped_reason = FIRST_STEP, Number.State.STOPPED, SETTING_UP
    number.is_default = not Number.objects.filter(salon_id=salon_id, is_default=True).exists()
    try:
        with transaction.atomic():
            number.save()
    except IntegrityError:
        raise NumberTaken(f"The number {new.phone_number_id} is connected already.") from None
    seal_token(number, new.token)
    number.save(update_fields=["sealed_token"])
    _note(number, "number.added", by, after={"phone_number_id": new.phone_number_id, "via": new.via})
    if not new.needs_setup:
        tell(number, "number.connected")
    return number


def _former(salon_id: int, phone_number_id: str) -> Number | None:
    """The row of a number that this salon disconnected: the same talks go on, and what was warm stays so."""
    gone = Number.objects.select_for_update().filter(salon_id=salon_id, state=Number.State.DISCONNECTED)
    return gone.filter(former_phone_number_id=phone_number_id).order_by("-disconnected_at").first()


@transaction.atomic
def give_token(number: Number, token: str, *, via: str, by: Any = None) -> None:
    """Give a number a new token; it works again when the steps of connecting are through (`connected`)."""
    seal_token(number, token)
    number.setup, number.setup_problem = FIRST_STEP, ""
    number.connected_via, number.connected_by = via, _user(by)
    number.save(update_fields=["sealed_token", "setup", "setup_problem", "connected_via", "connected_by"])
    _note(number, "number.token_given", by, after={"via": via})


@transaction.atomic
def connected(number: Number) -> None:
    """All steps are through: what stopped it is over, and what waits may leave."""
    number.setup = number.setup_problem = number.stopped_reason = ""
    number.state, number.connected_at = Number.State.ACTIVE, clock.now()
    number.save(update_fields=["setup", "setup_problem", "stopped_reason", "state", "connected_at"])
    tell(number, "number.connected")


@transaction.atomic
def stop(number: Number, reason: str) -> bool:
    """Let nothing leave through a number until a person acts; whether it was active until now."""
    changed = Number.objects.filter(pk=number.pk, state=Number.State.ACTIVE).update(
        state=Number.State.STOPPED, stopped_reason=reason
    )
    if changed:
        number.state, number.stopped_reason = Number.State.STOPPED, reason
        _note(number, "number.stopped", None, after={"reason": reason[:200]})
        tell(number, "number.stopped", reason=reason)
    return bool(changed)


@transaction.atomic
def disconnect(number: Number, *, by: Any = None) -> bool:
    """Take a number out of the salon's use; whether it was in it.

    Its row stays, its route is freed, its secrets are gone, and what waits to leave through it is taken back by those
    who hear `number.disconnected`.
    """
    row = Number.objects.select_for_update().get(pk=number.pk)
    if not row.is_connected:
        return False
    was_default = row.is_default
    row.free_route()
    row.state, row.stopped_reason, row.disconnected_at = Number.State.DISCONNECTED, "disconnected", clock.now()
    row.sealed_token = row.sealed_pin = b""
    row.is_default, row.setup, row.setup_problem = False, "", ""
    row.save()
    if was_default and (heir := _connected(row.salon_id).order_by("pk").first()):
        Number.objects.filter(pk=heir.pk).update(is_default=True)
    _note(row, "number.disconnected", by)
    tell(row, "number.disconnected")
    number.refresh_from_db()
    return True


@transaction.atomic
def make_default(number: Number, *, by: Any = None) -> None:
    """Let new conversations begin from this number unless another is named."""
    Salon.objects.select_for_update().get(pk=number.salon_id)
    Number.objects.filter(salon_id=number.salon_id, is_default=True).update(is_default=False)
    Number.objects.filter(pk=number.pk).update(is_default=True)
    number.is_default = True
    _note(number, "number.made_default", by)


@transaction.atomic
def change(number: Number, *, by: Any = None, **columns: Any) -> None:
    """Set what the salon decides of its number (`default_flow`, `signature`, `business_hours`)."""
    before = {name: getattr(number, name) for name in columns}
    if before == columns:
        return
    for name, value in columns.items():
        setattr(number, name, value)
    number.save(update_fields=list(columns))
    _note(number, "number.changed", by, before=_plain(before), after=_plain(columns))


def _connected(salon_id: int) -> QuerySet[Number]:
    return Number.objects.filter(salon_id=salon_id).exclude(state=Number.State.DISCONNECTED)


@transaction.atomic
def resume(number: Number) -> bool:
    """Let messages leave through a stopped number again; whether it was stopped until now."""
    changed = Number.objects.filter(pk=number.pk, state=Number.State.STOPPED).update(
        state=Number.State.ACTIVE, stopped_reason="", circuit_open_until=None
    )
    if changed:
        _note(number, "number.resumed", None)
        tell(number, "number.resumed")
    return bool(changed)


def tell(number: Number, kind: str, **more: str) -> None:
    """Write an event of a number in its salon."""
    subject, payload = number.public_id, {"number_id": number.pk, **more}
    run_in_salon(number.salon_id, lambda: events.emit(kind, subject=subject, payload=payload))


def note_act(number: Number, action: str, by: Any = None) -> None:
    """Write into the salon's audit log what was done about a number at Meta's."""
    _note(number, action, by)


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


def _note(number: Number, action: str, by: Any, **values: Any) -> None:
    run_in_salon(number.salon_id, lambda: audit.record(action, subject=number.public_id, by=by, **values))


def _user(by: Any) -> int | None:
    """The person behind an act; a program has none."""
    return getattr(by, "user_id", None)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in values.items()}


def _open(number: Number, column: str) -> str:
    return box_of(number.salon_id).open(bytes(getattr(number, column)), _place(number, column)).decode()


def _place(number: Number, column: str) -> bytes:
    return place(number.salon_id, "number", column, number.pk)
