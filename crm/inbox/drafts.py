"""What a person has put together in the composer: words, a file, a template, the message it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from channels_wa.media.models import Media
from channels_wa.message_templates import sending as message_templates
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.messages.models import Message
from channels_wa.messages.problems import Problem
from channels_wa.numbers.models import Number
from channels_wa.outbox.content.media import MODELS
from crm.inbox.models import Conversation
from crm.inbox.rights import visible_files
from crm.inbox.sending import CannotSend, Content
from tenants.members.models import Member

# What WhatsApp tells of a message is none that one could quote or put an emoji on.
NOT_QUOTABLE = frozenset({"system", "edit", "revoke", "reaction"})


@dataclass(frozen=True)
class Draft:
    """One press of "send": mostly one message; a voice message and words beside it are two."""

    contents: list[Content]
    text: str
    quoted: Message | None
    media: Media | None

    @property
    def reply_to(self) -> str:
        """The wamid that it quotes."""
        return (self.quoted.wamid or "") if self.quoted else ""


def read(data: Mapping[str, str], conversation: Conversation, number: Number | None, by: Member) -> Draft:
    """The draft of a posted form. Raises CannotSend for a file or a template that is not the salon's."""
    text, quoted = data.get("text", "").strip(), quotable(conversation, data.get("reply_to"))
    if data.get("type") == "template":
        return Draft([_template(data, number)], "", quoted, None)
    media = _media(data, by)
    return Draft(_contents(text, media), text, quoted, media)


def quotable(conversation: Conversation, public_id: object) -> Message | None:
    """A message of this conversation that WhatsApp knows, so that it can be quoted; None for any other."""
    if (found := _uuid(public_id)) is None:
        return None
    own = Message.objects.filter(conversation_id=conversation.pk, public_id=found, wamid__isnull=False)
    return own.exclude(type__in=NOT_QUOTABLE).defer("raw").first()


def _contents(text: str, media: Media | None) -> list[Content]:
    if media is None:
        return [Content("text", text)]
    payload: dict[str, Any] = {"media": str(media.public_id)}
    fields = MODELS[media.kind].model_fields
    if "filename" in fields and media.name:
        payload["filename"] = media.name
    if "voice" in fields and media.is_voice:
        payload["voice"] = True
    if "caption" in fields and text:
        return [Content(media.kind, text, {**payload, "caption": text})]
    said = [Content("text", text)] if text else []
    return [Content(media.kind, "", payload), *said]


def media_of(data: Mapping[str, str], by: Member) -> Media | None:
    """The file of a posted form, if it is one of the salon's that they may see."""
    found = _uuid(data.get("media"))
    return visible_files(by).filter(public_id=found).first() if found else None


def _media(data: Mapping[str, str], by: Member) -> Media | None:
    media = media_of(data, by)
    if media is None and data.get("media"):
        raise CannotSend(Problem("media", _("There is no such file here. Upload it again.")))
    return media


def _template(data: Mapping[str, str], number: Number | None) -> Content:
    found, waba_id = _uuid(data.get("template")), number.waba_id if number else ""
    template = MessageTemplate.objects.filter(public_id=found, waba_id=waba_id).first() if found else None
    if template is None:
        raise CannotSend(Problem("template", _("Choose a template.")))
    return Content("template", "", message_templates.payload_from_form(template, data))


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
