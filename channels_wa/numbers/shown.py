"""A number as pages show it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_wa.numbers import words
from channels_wa.numbers.models import Number

_QUALITIES: dict[str, tuple[str | Promise, str]] = {
    "GREEN": (_("High"), "green"),
    "YELLOW": (_("Medium"), "yellow"),
    "RED": (_("Low"), "red"),
    "UNKNOWN": (_("Not rated yet"), ""),
}
_NAMES: dict[str, tuple[str | Promise, str]] = {
    "APPROVED": (_("Approved"), "green"),
    "AVAILABLE_WITHOUT_REVIEW": (_("Usable without review"), "green"),
    "PENDING_REVIEW": (_("In review"), "yellow"),
    "PENDING": (_("In review"), "yellow"),
    "DEFERRED": (_("In review"), "yellow"),
    "DECLINED": (_("Declined"), "red"),
    "REJECTED": (_("Declined"), "red"),
    "EXPIRED": (_("Expired"), "red"),
    "NONE": (_("None yet"), ""),
    "NON_EXISTS": (_("None yet"), ""),
}


@dataclass(frozen=True)
class Card:
    """One number with its words."""

    public_id: UUID
    display_phone: str
    name: str
    state: str
    state_words: str | Promise
    state_tone: str
    reason: str
    quality_words: str | Promise
    quality_tone: str
    limit_words: str | Promise
    name_words: str | Promise
    name_tone: str
    account_status: str
    throughput_mps: int
    is_default: bool
    is_set_up: bool
    has_pin: bool
    checked_at: datetime | None
    connected_at: datetime | None
    disconnected_at: datetime | None
    phone_number_id: str
    waba_id: str
    number: Number

    @property
    def is_connected(self) -> bool:
        """Whether it is in use, working or not."""
        return self.number.is_connected

    @property
    def is_stopped(self) -> bool:
        """Whether a person must act before anything leaves."""
        return self.state == Number.State.STOPPED


def card_of(number: Number) -> Card:
    """The number with its words, in the reader's language."""
    state_words, tone = _state(number)
    quality, quality_tone = _QUALITIES[number.quality]
    name_words, name_tone = _NAMES.get(number.name_status, (number.name_status or _("Not known yet"), ""))
    return Card(
        public_id=number.public_id,
        display_phone=number.display_phone,
        name=number.name,
        state=number.state,
        state_words=state_words,
        state_tone=tone,
        reason=words.why_stopped(number.stopped_reason) if number.stopped_reason and number.is_connected else "",
        quality_words=quality,
        quality_tone=quality_tone,
        limit_words=limit_words(number),
        name_words=name_words,
        name_tone=name_tone,
        account_status=number.account_status,
        throughput_mps=number.throughput_mps,
        is_default=number.is_default,
        is_set_up=not number.setup,
        has_pin=bool(number.sealed_pin),
        checked_at=number.checked_at,
        connected_at=number.connected_at,
        disconnected_at=number.disconnected_at,
        phone_number_id=number.phone_number_id if number.is_connected else number.former_phone_number_id,
        waba_id=number.waba_id if number.is_connected else number.former_waba_id,
        number=number,
    )


def limit_words(number: Number) -> str | Promise:
    """How many guests may be written to first in a day."""
    if not number.messaging_limit_known:
        return _("Not known yet")
    if number.messaging_limit is None:
        return _("No limit")
    return _("%(count)s guests in 24 hours") % {
        "count": formats.number_format(number.messaging_limit, 0, force_grouping=True)
    }


def _state(number: Number) -> tuple[str | Promise, str]:
    if not number.is_connected:
        return _("Disconnected"), ""
    if number.setup and not number.is_active:
        return _("Being connected"), "yellow"
    return (_("Works"), "green") if number.is_active else (_("Stopped"), "red")
