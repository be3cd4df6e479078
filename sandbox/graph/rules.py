"""What a message request may hold, kind by kind (WHATSAPP.md §2)."""

import re
from collections.abc import Callable
from typing import NamedTuple

from sandbox.asgi import JSON
from sandbox.graph import interactive
from sandbox.graph.errors import GraphError
from sandbox.graph.fields import invalid, mapping, missing, number, sequence, text

TEXT_MAX, CAPTION_MAX, FILENAME_MAX, EMOJI_MAX = 4096, 1024, 240, 32
_PHONE = re.compile(r"\+?[0-9][0-9 ()\-.]{3,30}")
_USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_NOT_DIGITS = re.compile(r"[^0-9]")


class Recipient(NamedTuple):
    """Who is meant: as the request wrote it, and the key under which the sandbox knows them."""

    written: str
    key: str  # phone: digits only; BSUID and group: as it is
    kind: str  # phone | user_id | group


def _text(message: JSON) -> None:
    content = mapping(message, "text", "text")
    text(content, "body", "text.body", TEXT_MAX)


def _media(kind: str, *, captioned: bool) -> Callable[[JSON], None]:
    def check(message: JSON) -> None:
        content = mapping(message, kind, kind)
        sources = [content.get("id"), content.get("link")]
        if sum(isinstance(source, str) and bool(source) for source in sources) != 1:
            raise invalid(kind, f"needs one of {kind}.id and {kind}.link")
        if content.get("caption") is not None:
            if not captioned:
                raise invalid(f"{kind}.caption", "is not allowed")
            text(content, "caption", f"{kind}.caption", CAPTION_MAX)
        if content.get("filename") is not None:
            if kind != "document":
                raise invalid(f"{kind}.filename", "is for documents")
            text(content, "filename", "document.filename", FILENAME_MAX)
        if content.get("voice") is not None and (kind != "audio" or not isinstance(content["voice"], bool)):
            raise invalid(f"{kind}.voice", "is true or false, for audio")

    return check


def _location(message: JSON) -> None:
    content = mapping(message, "location", "location")
    number(content, "latitude", "location.latitude", -90, 90)
    number(content, "longitude", "location.longitude", -180, 180)


def _contacts(message: JSON) -> None:
    for place, contact in enumerate(sequence(message, "contacts", "contacts", most=257)):
        name = mapping(contact, "name", f"contacts[{place}].name")
        text(name, "formatted_name", f"contacts[{place}].name.formatted_name", 1024)


def _reaction(message: JSON) -> None:
    content = mapping(message, "reaction", "reaction")
    text(content, "message_id", "reaction.message_id", 512)
    emoji = content.get("emoji")
    if not isinstance(emoji, str):  # empty removes the reaction
        raise missing("reaction.emoji")
    if len(emoji) > EMOJI_MAX or any((letter.isascii() and letter.isalpha()) or letter.isspace() for letter in emoji):
        raise invalid("reaction.emoji", "must be one emoji")


def _interactive(message: JSON) -> None:
    interactive.check(mapping(message, "interactive", "interactive"))


def _template(message: JSON) -> None:
    content = mapping(message, "template", "template")
    name = text(content, "name", "template.name", 512)
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise invalid("template.name", "may hold lower case letters, digits and underscores only")
    language = mapping(content, "language", "template.language")
    text(language, "code", "template.language.code", 20)
    components = content.get("components", [])
    if not isinstance(components, list) or not all(isinstance(component, dict) for component in components):
        raise invalid("template.components", "must be a list of objects")


_KINDS: dict[str, Callable[[JSON], None]] = {
    "text": _text,
    "image": _media("image", captioned=True),
    "video": _media("video", captioned=True),
    "audio": _media("audio", captioned=False),
    "document": _media("document", captioned=True),
    "sticker": _media("sticker", captioned=False),
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": _interactive,
    "template": _template,
}


def _recipient(message: JSON) -> Recipient:
    # Which field carries a BSUID is unconfirmed (WHATSAPP.md §11), so either may carry either.
    field = "recipient" if message.get("recipient") is not None and message.get("to") is None else "to"
    written = message.get(field)
    if written is None:
        raise missing("to")
    if not isinstance(written, str) or not written:
        raise invalid(field, "must be a string")
    group = message.get("recipient_type", "individual")
    if group == "group":
        return Recipient(written, written, "group")
    if group != "individual":
        raise invalid("recipient_type", "must be individual or group")
    if _PHONE.fullmatch(written):
        return Recipient(written, _NOT_DIGITS.sub("", written), "phone")
    if _USER_ID.fullmatch(written):
        return Recipient(written, written, "user_id")
    raise invalid(field, "must be a phone number or a user id")


def check_message(message: JSON) -> Recipient:
    """Who the message is for; raises GraphError naming the field that Meta would refuse."""
    if message.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required and must be whatsapp.")
    kind = message.get("type", "text")
    check = _KINDS.get(kind) if isinstance(kind, str) else None
    if check is None:
        raise GraphError(100, f"Param type must be one of {', '.join(_KINDS)}.")
    recipient = _recipient(message)
    check(message)
    callback = message.get("biz_opaque_callback_data")
    if callback is not None and (not isinstance(callback, str) or len(callback) > 512):
        raise invalid("biz_opaque_callback_data", "must be a string of at most 512 characters")
    if "context" in message:
        text(mapping(message, "context", "context"), "message_id", "context.message_id", 512)
    return recipient


def check_read_mark(message: JSON) -> tuple[str, bool]:
    """The wamid that is marked read, and whether the typing indicator is asked for."""
    if message.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required and must be whatsapp.")
    if message["status"] != "read":
        raise invalid("status", "must be read")
    wamid = text(message, "message_id", "message_id", 512)
    if not wamid.startswith("wamid."):
        raise invalid("message_id", "is not a message id")
    typing = mapping(message, "typing_indicator", "typing_indicator", required=False)
    if typing and typing.get("type") != "text":
        raise invalid("typing_indicator.type", "must be text")
    return wamid, bool(typing)
