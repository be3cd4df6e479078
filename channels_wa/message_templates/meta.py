"""Templates as Meta writes them, and a client that may ask about an account."""

from collections.abc import Mapping
from typing import Any

from channels_wa.adapters.cloud_api.graph import GraphClient
from channels_wa.message_templates.drafts import Draft
from channels_wa.message_templates.models import Category, Quality, Status
from channels_wa.message_templates.shape import JSON
from channels_wa.numbers.actions import token_of
from channels_wa.numbers.models import Number
from channels_wa.numbers.queries import own_numbers
from ops.sealing import CannotOpen

CLOUD_API = "cloud_api"

# Meta's words for statuses and webhooks' events, where they are not ours in capitals.
_STATUS = {
    "FLAGGED": Status.APPROVED,
    "REINSTATED": Status.APPROVED,
    "UNARCHIVED": Status.APPROVED,
    "UNPAUSED": Status.APPROVED,
    "PENDING_REVIEW": Status.PENDING,
    "IN_REVIEW": Status.PENDING,
}


def client_of(waba_id: str) -> GraphClient | None:
    """A client with the token of one of the salon's numbers of this account, active ones first. Inside the salon."""
    numbers = own_numbers().filter(waba_id=waba_id, adapter=CLOUD_API)
    for number in sorted(numbers, key=lambda one: (one.state != Number.State.ACTIVE, one.pk)):
        try:
            return GraphClient(token_of(number))
        except CannotOpen:
            continue
    return None


def status_of(word: Any) -> Status | None:
    """Our status for Meta's word; None for one that says nothing about it."""
    text = str(word or "").strip().upper()
    if text in _STATUS:
        return _STATUS[text]
    return Status(text.lower()) if text.lower() in Status.values else None


def category_of(word: Any) -> str:
    """Our category for Meta's word; the old ones (TRANSACTIONAL, OTP) have new names."""
    text = str(word or "").strip().lower()
    text = {"transactional": "utility", "otp": "authentication", "account_update": "utility"}.get(text, text)
    return text if text in Category.values else ""


def quality_of(word: Any) -> str:
    """Our quality for Meta's word, which is a text in webhooks and {"score": …} in answers."""
    text = str((word.get("score") if isinstance(word, Mapping) else word) or "").strip().lower()
    return text if text in Quality.values else ""


def reason_of(found: Mapping[str, Any]) -> tuple[str, str]:
    """Why Meta rejected it, and what it recommends."""
    info = found.get("rejection_info")
    info = info if isinstance(info, Mapping) else {}
    word = str(found.get("reason") or found.get("rejected_reason") or "")
    word = "" if word.upper() == "NONE" else word
    return word or str(info.get("reason") or ""), str(info.get("recommendation") or "")


def body_of(draft: Draft) -> JSON:
    """What is submitted of a new template."""
    return {
        "name": draft.name,
        "language": draft.language,
        "category": draft.category.upper(),
        "parameter_format": draft.parameter_format,
        "components": draft.components,
    }
