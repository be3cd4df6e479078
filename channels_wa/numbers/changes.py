"""Meta's webhooks about numbers and accounts: noted on the numbers they concern."""

from collections.abc import Sequence
from typing import Any

from channels_wa.numbers.models import Number
from channels_wa.numbers.notes import note_account, note_limit, note_name, note_quality, note_throughput
from channels_wa.numbers.queries import own_numbers
from ops.eventqueue.handling import Heard

UPGRADED_MPS = 1000
REVIEWED = {"APPROVED", "REJECTED", "PENDING", "DEFERRED"}
# Events of account_update after which the account is as before.
HEALED = {"ACCOUNT_RECONNECTED"}
DETAILS = ("ban_info", "restriction_info", "violation_info")
TROUBLE = {"ACCOUNT_DELETED", "ACCOUNT_VIOLATION", "ACCOUNT_RESTRICTION", "ACCOUNT_OFFBOARDED", "DISABLED_UPDATE"}


def on_events(events: Sequence[Heard]) -> None:
    """`meta.phone_number_*`, `meta.account_*`, `meta.business_capability_update`; again is nothing new."""
    for event in events:
        value = event.payload.get("value")
        if isinstance(value, dict):
            _NOTES[event.kind](_concerned(event.payload.get("waba_id"), value), value)


def _concerned(waba_id: object, value: dict[str, Any]) -> list[Number]:
    """The salon's numbers of the account; only one, where the change names it."""
    numbers = list(own_numbers().filter(waba_id=str(waba_id or "")).order_by("pk"))
    named = _digits(value.get("display_phone_number"))
    return [number for number in numbers if _digits(number.display_phone) == named] if named else numbers


def _quality(numbers: list[Number], value: dict[str, Any]) -> None:
    # Its name is older than what it says: limits and throughput (WHATSAPP.md §6).
    limit = value.get("max_daily_conversations_per_business", value.get("current_limit"))
    for number in numbers:
        if value.get("event") == "THROUGHPUT_UPGRADE":
            note_throughput(number, UPGRADED_MPS)
        if value.get("event") == "FLAGGED":
            # Older than ratings by colour: what Meta flags is RED. Whether it is better again is asked, not guessed.
            note_quality(number, Number.Quality.RED)
        if isinstance(limit, str | int):
            note_limit(number, limit)


def _name(numbers: list[Number], value: dict[str, Any]) -> None:
    decision = str(value.get("decision") or "")
    name = str(value.get("requested_verified_name") or "") if decision == "APPROVED" else ""
    for number in numbers if decision else []:
        note_name(number, decision, name=name)


def _account(numbers: list[Number], value: dict[str, Any]) -> None:
    word = str(value.get("event") or "")
    if word == "DISABLED_UPDATE":
        ban = value.get("ban_info")
        state = str(ban.get("waba_ban_state") or "") if isinstance(ban, dict) else ""
        word = "" if state == "REINSTATE" else state or word
    elif word in HEALED:
        word = ""
    elif word not in TROUBLE:
        return
    details: dict[str, Any] = {
        name: value[name] for name in ("ban_info", "restriction_info", "violation_info") if name in value
    }
    for number in numbers:
        note_account(number, word, details if word else {})


def _review(numbers: list[Number], value: dict[str, Any]) -> None:
    decision = str(value.get("decision") or "")
    for number in numbers if decision in REVIEWED else []:
        note_account(number, "" if decision == "APPROVED" else decision)


def _capability(numbers: list[Number], value: dict[str, Any]) -> None:
    limit = value.get("max_daily_conversations_per_business", value.get("max_daily_conversation_per_phone"))
    for number in numbers if isinstance(limit, str | int) else []:
        note_limit(number, limit)


def _digits(phone: object) -> str:
    return "".join(sign for sign in str(phone or "") if sign.isdigit())


_NOTES = {
    "meta.phone_number_quality_update": _quality,
    "meta.phone_number_name_update": _name,
    "meta.account_update": _account,
    "meta.account_review_update": _review,
    "meta.business_capability_update": _capability,
}
