"""A message as the conversation shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_wa.messages.models import Message
from crm.inbox.reasons import words_of
from tenants.members.models import Member

# Icon and words of what is not plain text. A kind that is not here is shown by its own name: nothing is hidden.
KINDS: dict[str, tuple[str, str | Promise]] = {
    "button": ("circle-dot", _("Chosen button")),
    "interactive": ("circle-dot", _("Chosen answer")),
    "image": ("photo", _("Photo")),
    "video": ("video", _("Video")),
    "audio": ("microphone", _("Audio")),
    "document": ("file-text", _("Document")),
    "sticker": ("sticker", _("Sticker")),
    "location": ("map-pin", _("Place")),
    "contacts": ("address-book", _("Contact card")),
    "reaction": ("heart", _("Reaction")),
    "order": ("list-details", _("Order")),
    "system": ("info-circle", _("Notice from WhatsApp")),
    "edit": ("refresh", _("Edited a message")),
    "revoke": ("ban", _("Deleted a message")),
    "template": ("file-text", _("Template")),
    "unsupported": ("alert-circle", _("WhatsApp passes this kind of message on to phones only")),
}
BAD = {"failed", "cancelled"}
KNOWN_TO_WHATSAPP = {"sent", "delivered", "read", "played"}


@dataclass(frozen=True)
class Bubble:
    """One message, ready for the template."""

    public_id: UUID
    direction: str
    kind_words: str | Promise
    icon: str
    text: str
    choices: list[str]
    author: str | Promise
    at: datetime
    status: str
    reason: str
    reason_words: str
    starts_day: bool

    @property
    def is_ours(self) -> bool:
        """Whether the salon said it."""
        return self.direction == "out"

    @property
    def is_failed(self) -> bool:
        """Whether the guest did not get it."""
        return self.status in BAD

    @property
    def can_be_answered(self) -> bool:
        """Whether WhatsApp knows it, so that it can be quoted and get an emoji."""
        return not self.is_ours or self.status in KNOWN_TO_WHATSAPP

    @property
    def can_retry(self) -> bool:
        """Whether a person may send it once more; what a rule of ours refused would be refused again."""
        return self.is_ours and self.status in ("failed", "unknown")


def bubbles_of(messages: Sequence[Message]) -> list[Bubble]:
    """The messages in the order given, oldest first; one query more for the names of those who wrote."""
    writers = {one.member_id for one in messages if one.member_id}
    names = dict(Member.objects.filter(pk__in=writers).values_list("pk", "name")) if writers else {}
    days = [timezone.localtime(one.at).date() for one in messages]
    return [
        _bubble(
            one, author=names.get(one.member_id or 0, ""), starts_day=number == 0 or days[number - 1] != days[number]
        )
        for number, one in enumerate(messages)
    ]


def _bubble(one: Message, *, author: str, starts_day: bool) -> Bubble:
    icon, words = _kind(one)
    reason = one.reason if one.status in BAD or one.status == "unknown" else ""
    by_flow = one.direction == "out" and one.execution_id is not None
    return Bubble(
        public_id=one.public_id,
        direction=one.direction,
        kind_words=words,
        icon=icon,
        text=one.text,
        choices=_choices(one.payload) if one.direction == "out" else [],
        author=_("Flow") if by_flow else author,
        at=one.at,
        status=one.status,
        reason=reason,
        reason_words=words_of(reason),
        starts_day=starts_day,
    )


def _kind(one: Message) -> tuple[str, str | Promise]:
    if one.type == "text" or (one.direction == "out" and one.type in ("buttons", "list", "interactive")):
        return "", ""
    return KINDS.get(one.type, ("circle-dashed", _("Message of another kind") if not one.type else one.type))


def _choices(payload: dict[str, Any]) -> list[str]:
    """Titles of what the guest can tap."""
    options = payload.get("buttons") or payload.get("rows") or []
    return [str(option["title"]) for option in options if isinstance(option, dict) and "title" in option]
