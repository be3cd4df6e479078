"""A guest writes: from POST /_sandbox/inbound to Meta's message object (WHATSAPP.md §6, §8)."""

import hashlib
import re
from typing import Any

from sandbox import wamid
from sandbox.asgi import JSON
from sandbox.phone.chats import GuestMessage, pair
from sandbox.webhooks.envelope import change
from sandbox.world import World

_PHONE = re.compile(r"\+?[0-9]{4,20}")
_TEXT_MAX = 65_536
# What the wish says about the message; every other field goes into Meta's message object as it is.
_ABOUT = {"phone_number_id", "from", "name", "username", "text", "type", "id", "timestamp", "parent_user_id"}
_ABOUT |= {"from_user_id", "button_reply", "list_reply", "nfm_reply", "caption", "emoji", "message_id", "payload"}
_MEDIA = {
    "image": "image/jpeg",
    "audio": "audio/ogg; codecs=opus",
    "video": "video/mp4",
    "document": "application/pdf",
    "sticker": "image/webp",
}
_REPLIES = ("button_reply", "list_reply", "nfm_reply")


class BadField(Exception):
    """A field of a control request cannot be used."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field} {why}")
        self.field, self.why = field, why


def text_field(wish: JSON, field: str, *, required: bool = False, longest: int = 512) -> str:
    """A string of a control request; empty when absent and not required."""
    value = wish.get(field)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value.strip()):
        raise BadField(field, "must be a string" if not required else "must be a string that is not empty")
    if len(value) > longest:
        raise BadField(field, f"must be at most {longest} characters long")
    return value


def _text(wish: JSON) -> str:
    value = wish.get("text")
    body = value.get("body") if isinstance(value, dict) else value
    if not isinstance(body, str) or len(body) > _TEXT_MAX:
        raise BadField("text", f"must be a string of at most {_TEXT_MAX} characters")
    return body


def _kind(wish: JSON) -> str:
    """The message's type: as given, or what the fields speak of."""
    if "type" in wish:
        return text_field(wish, "type", required=True, longest=64)
    for reply in _REPLIES:
        if reply in wish:
            return "interactive"
    for kind in (*_MEDIA, "interactive", "button", "location", "contacts", "reaction", "order", "system"):
        if kind in wish:
            return kind
    if "text" not in wish:
        raise BadField("text", "is required, or type with the fields of that type")
    return "text"


def _media(kind: str, wish: JSON, message_id: str) -> JSON:
    """A media object as in webhooks, with what was left out made up from the message's id."""
    made = hashlib.sha256(message_id.encode())
    media: JSON = {"id": str(int(made.hexdigest()[:13], 16)), "mime_type": _MEDIA[kind], "sha256": made.hexdigest()}
    if kind == "audio":
        media["voice"] = True
    if kind == "sticker":
        media["animated"] = False
    if kind == "document":
        media["filename"] = "documento.pdf"
    if "caption" in wish:
        media["caption"] = text_field(wish, "caption", longest=1024)
    return media


def _interactive(kind: str, wish: JSON) -> JSON:
    for reply in _REPLIES:
        if reply in wish:
            if not isinstance(wish[reply], dict):
                raise BadField(reply, "must be an object")
            return {"type": reply, reply: wish[reply]}
    raise BadField("interactive" if kind == "interactive" else kind, "is required for this type")


def _content(kind: str, wish: JSON, message_id: str) -> Any:
    """What stands in the message under its type's name."""
    if kind == "text":
        return {"body": _text(wish)}
    if kind in wish:
        return wish[kind]
    if kind in _MEDIA:
        return _media(kind, wish, message_id)
    if kind == "interactive":
        return _interactive(kind, wish)
    if kind == "button":
        title = _text(wish)
        return {"text": title, "payload": text_field(wish, "payload") or title}
    if kind == "location":
        return {"latitude": -23.5614, "longitude": -46.6559, "name": "Avenida Paulista"}
    if kind == "reaction":
        return {"message_id": text_field(wish, "message_id", required=True), "emoji": text_field(wish, "emoji")}
    if kind == "unsupported":
        return {"type": "unknown"}
    return None  # a type of which the sandbox knows nothing: its fields are in the wish, as they are


def message_of(wish: JSON, message_id: str, stamp: str) -> JSON:
    """Meta's message object, without its sender."""
    kind = _kind(wish)
    if kind in _REPLIES:
        wish, kind = {**wish, "type": "interactive"}, "interactive"
    message: JSON = {"id": message_id, "timestamp": stamp, "type": kind}
    content = _content(kind, wish, message_id)
    if content is not None:
        message[kind] = content
    if kind == "unsupported" and "errors" not in wish:
        details = {"details": "Message type is currently not supported."}
        title = "Message type unknown"
        message["errors"] = [{"code": 131051, "title": title, "message": title, "error_data": details}]
    message.update({field: value for field, value in wish.items() if field not in _ABOUT and field != kind})
    return message


def _sender(wish: JSON) -> tuple[str, str]:
    """Phone digits and user id; either may be missing, not both."""
    phone = text_field(wish, "from", longest=160)
    user_id = text_field(wish, "from_user_id", longest=160)
    if not phone and not user_id:
        raise BadField("from", "is required, or from_user_id for a guest without a phone number")
    if phone and not _PHONE.fullmatch(phone):
        raise BadField("from", "must be a phone number: digits, with or without +")
    return phone.lstrip("+"), user_id


def receive(world: World, wish: JSON) -> str:
    """Let a guest write; the wamid. Raises BadField."""
    phone_number_id = text_field(wish, "phone_number_id", required=True, longest=40)
    phone, user_id = _sender(wish)
    guest = phone or user_id
    name = text_field(wish, "name") or guest
    message_id = text_field(wish, "id", longest=256) or wamid.incoming(guest)
    stamp = text_field(wish, "timestamp", longest=20) or world.clock.stamp()
    message = message_of(wish, message_id, stamp)

    profile: JSON = {"name": name}
    if "username" in wish:
        profile["username"] = text_field(wish, "username")
    contact: JSON = {"profile": profile}
    origin: JSON = {}
    if phone:
        contact["wa_id"] = origin["from"] = phone
    if user_id:
        contact["user_id"] = origin["from_user_id"] = user_id
    if "parent_user_id" in wish:
        contact["parent_user_id"] = origin["from_parent_user_id"] = text_field(wish, "parent_user_id", longest=160)

    number = world.numbers.get(phone_number_id)
    context = message.get("context")
    if isinstance(context, dict) and "message_id" in context:  # as one would send it; webhooks say it otherwise
        message["context"] = {"from": number.digits, "id": context["message_id"]}
    now = world.clock.now()
    talk = pair(phone_number_id, guest)
    for key in filter(None, (phone, user_id)):
        world.windows.opened(pair(phone_number_id, key), now)
    world.changed = True
    written = GuestMessage(talk, message_id, now, message)
    world.chats.wrote(written)
    told = change(
        number,
        talk,
        now,
        {"contacts": [contact], "messages": [{**origin, **message}]},
        told=lambda: world.chats.tick(written, "delivered"),
    )
    world.sender.put(told)
    return message_id
