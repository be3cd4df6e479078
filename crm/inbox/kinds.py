"""The kinds of messages as people know them: an icon and a word for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LONGEST = 30


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind is shown."""

    icon: str
    words: str | Promise
    names_itself: bool = False
    """Whether its word stands in the list also where the message has a text."""


KINDS: dict[str, Kind] = {
    "image": Kind("photo", _("Photo")),
    "video": Kind("video", _("Video")),
    "audio": Kind("microphone", _("Audio")),
    "voice": Kind("microphone", _("Voice message")),
    "document": Kind("file-text", _("Document")),
    "sticker": Kind("sticker", _("Sticker")),
    "media_placeholder": Kind("photo", _("File from the phone")),
    "location": Kind("map-pin", _("Place")),
    "contacts": Kind("address-book", _("Contact card")),
    "reaction": Kind("mood-smile", _("Reaction"), True),
    "reaction_removed": Kind("mood-smile", _("Took a reaction back")),
    "button": Kind("circle-dot", _("Chosen button")),
    "list_reply": Kind("circle-dot", _("Chosen from the list")),
    "form": Kind("list-details", _("Filled in a form"), True),
    "call_permission": Kind("phone", _("Answer about calls")),
    "interactive": Kind("circle-dot", _("Chosen answer")),
    "order": Kind("list-details", _("Order"), True),
    "template": Kind("file-text", _("Template")),
    "edit": Kind("refresh", _("Edited a message"), True),
    "revoke": Kind("ban", _("Removed a message")),
    "system": Kind("info-circle", _("Notice from WhatsApp")),
    "number_changed": Kind("phone", _("Has a new phone number")),
    "user_id_changed": Kind("user", _("Has a new WhatsApp id")),
    "identity_changed": Kind("lock", _("Uses WhatsApp on a new device")),
    "unsupported": Kind("alert-circle", _("Can be seen on a phone only")),
    "goes_on": Kind("arrow-right", _("Goes on in the open conversation")),
}
_REPLIES = {
    "button_reply": "button",
    "list_reply": "list_reply",
    "nfm_reply": "form",
    "call_permission_reply": "call_permission",
}
_NOTICES = {
    "user_changed_number": "number_changed",
    "user_changed_user_id": "user_id_changed",
    "customer_identity_changed": "identity_changed",
}
# WhatsApp's own text of a notice is in a language of its choice; ours says the same.
SAY_IT_ALL = frozenset(_NOTICES.values())


def kind_of(message_type: str, payload: Mapping[str, Any], *, is_ours: bool = False) -> str:
    """The kind of a message; empty for plain words, also those with buttons below."""
    if message_type == "text" or (is_ours and message_type in ("interactive", "buttons", "list")):
        return ""
    if message_type == "audio" and payload.get("voice"):
        return "voice"
    if message_type == "reaction" and not payload.get("emoji"):
        return "reaction_removed"
    if message_type == "interactive":
        return _REPLIES.get(str(payload.get("kind")), "interactive")
    if message_type == "system":
        return _NOTICES.get(str(payload.get("event")), "system")
    if message_type == "unsupported" and payload.get("of") == "media_placeholder":
        return "media_placeholder"
    return message_type[:LONGEST]


def shown(kind: str) -> Kind:
    """How a kind is shown; one that nobody foresaw by its own name, so that nothing is hidden."""
    return KINDS.get(kind) or Kind("circle-dashed", kind or _("Message of another kind"))
