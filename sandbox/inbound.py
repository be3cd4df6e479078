"""A guest writes: from POST /_sandbox/inbound to Meta's message object (WHATSAPP.md §6, §8)."""

import re
from dataclasses import dataclass
from typing import Any

from sandbox import incoming_media, wamid
from sandbox.asgi import JSON
from sandbox.graph.errors import title
from sandbox.media.kinds import LARGEST, MOST
from sandbox.numbers import Number
from sandbox.phone.chats import GuestMessage, pair
from sandbox.webhooks.envelope import change
from sandbox.wishes import BadField, flag, text_field
from sandbox.world import World

_PHONE = re.compile(r"\+?[0-9]{4,20}")
_USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_TEXT_MAX = 65_536
_REPLIES = ("button_reply", "list_reply", "nfm_reply")
# What the wish says about the message; every other field goes into Meta's message object as it is.
_ABOUT = {"phone_number_id", "from", "name", "username", "text", "type", "id", "timestamp", "parent_user_id"}
_ABOUT |= {"from_user_id", "bsuid", "hide_phone", "caption", "emoji", "message_id", "payload"}
_ABOUT |= {*_REPLIES, *incoming_media.FIELDS}


@dataclass(frozen=True, slots=True)
class Guest:
    """Who writes, as the wish says it."""

    phone: str
    user_id: str
    parent_user_id: str
    name: str
    username: str
    shows_phone: bool

    @property
    def key(self) -> str:
        """Under which the talk is kept: what the business can write to."""
        return self.phone if self.phone and self.shows_phone else self.user_id

    def contact(self) -> JSON:
        """The entry of `contacts`."""
        profile: JSON = {"name": self.name}
        if self.username:
            profile["username"] = self.username
        contact: JSON = {"profile": profile}
        if self.phone and self.shows_phone:
            contact["wa_id"] = self.phone
        if self.user_id:
            contact["user_id"] = self.user_id
        if self.parent_user_id:
            contact["parent_user_id"] = self.parent_user_id
        return contact

    def origin(self) -> JSON:
        """Who a message is from."""
        told = {
            "from": self.phone if self.shows_phone else "",
            "from_user_id": self.user_id,
            "from_parent_user_id": self.parent_user_id,
        }
        return {field: value for field, value in told.items() if value}


def guest_of(wish: JSON) -> Guest:
    """The guest of a wish: by phone, by user id, or both with the phone hidden. Raises BadField."""
    phone = text_field(wish, "from", longest=160)
    user_id = text_field(wish, "bsuid", longest=160) or text_field(wish, "from_user_id", longest=160)
    hidden = flag(wish, "hide_phone", False)
    if not phone and not user_id:
        raise BadField("from", "is required, or bsuid for a guest without a phone number")
    if phone and not _PHONE.fullmatch(phone):
        raise BadField("from", "must be a phone number: digits, with or without +")
    if user_id and not _USER_ID.fullmatch(user_id):
        raise BadField("bsuid", "must be two capitals, a dot and up to 128 letters and digits: BR.123")
    if hidden and not user_id:
        raise BadField("bsuid", "is required when the phone is hidden")
    phone = phone.lstrip("+")
    parent = text_field(wish, "parent_user_id", longest=160)
    name = text_field(wish, "name") or (user_id if hidden else phone) or user_id
    return Guest(phone, user_id, parent, name, text_field(wish, "username"), not hidden)


def _text(wish: JSON) -> str:
    value = wish.get("text")
    body = value.get("body") if isinstance(value, dict) else value
    if not isinstance(body, str) or len(body) > _TEXT_MAX:
        raise BadField("text", f"must be a string of at most {_TEXT_MAX} characters")
    return body


def kind_of(wish: JSON) -> str:
    """The message's type: as given, or what the fields speak of."""
    if "type" in wish:
        kind = text_field(wish, "type", required=True, longest=64)
        return "interactive" if kind in _REPLIES else kind
    for reply in _REPLIES:
        if reply in wish:
            return "interactive"
    for kind in (*MOST, "interactive", "button", "location", "contacts", "reaction", "order", "system"):
        if kind in wish:
            return kind
    if "text" not in wish:
        raise BadField("text", "is required, or type with the fields of that type")
    return "text"


def _interactive(kind: str, wish: JSON) -> JSON:
    for reply in _REPLIES:
        if reply in wish:
            if not isinstance(wish[reply], dict):
                raise BadField(reply, "must be an object")
            return {"type": reply, reply: wish[reply]}
    raise BadField("interactive" if kind == "interactive" else kind, "is required for this type")


def _content(kind: str, wish: JSON) -> Any:
    """What stands in the message under its type's name."""
    if kind == "text":
        return {"body": _text(wish)}
    if kind in wish:
        return wish[kind]
    if kind == "interactive":
        return _interactive(kind, wish)
    if kind == "button":
        title_tapped = _text(wish)
        return {"text": title_tapped, "payload": text_field(wish, "payload") or title_tapped}
    if kind == "location":
        return {"latitude": -23.5614, "longitude": -46.6559, "name": "Avenida Paulista"}
    if kind == "reaction":
        return {"message_id": text_field(wish, "message_id", required=True), "emoji": text_field(wish, "emoji")}
    if kind == "unsupported":
        return {"type": "unknown"}
    return None  # a type of which the sandbox knows nothing: its fields are in the wish, as they are


def _errors(code: int, details: str) -> list[JSON]:
    return [{"code": code, "title": title(code), "message": title(code), "error_data": {"details": details}}]


def message_of(wish: JSON, message_id: str, stamp: str, media: JSON | None = None) -> JSON:
    """Meta's message object, without its sender."""
    kind = kind_of(wish)
    message: JSON = {"id": message_id, "timestamp": stamp, "type": kind}
    content = _content(kind, wish) if media is None else media
    if content is not None:
        message[kind] = content
    if kind == "unsupported" and "errors" not in wish:
        message["errors"] = _errors(131051, "Message type is currently not supported.")
    message.update({field: value for field, value in wish.items() if field not in _ABOUT and field != kind})
    return message


async def _with_media(world: World, number: Number, wish: JSON, message: tuple[str, str], base: str) -> JSON:
    """The message of a wish; its file is kept first when it has one."""
    kind = kind_of(wish)
    if kind not in MOST or kind in wish:
        return message_of(wish, *message)
    medium = await incoming_media.attach(world, number, kind, wish)
    if medium.size > LARGEST:  # Meta does not hand it on (WHATSAPP.md §3)
        world.media.delete(medium.id)
        errors = _errors(131052, f"Media file size is too large: {medium.size} bytes, the most is {LARGEST}.")
        return message_of({"type": "unsupported", "unsupported": {"type": kind}, "errors": errors}, *message)
    return message_of(wish, *message, incoming_media.told(world, kind, medium, wish, base))


def tell(world: World, number: Number, guest: Guest, message: JSON) -> None:
    """Bring a guest's message to the phone page and to the product."""
    now = world.clock.now()
    if guest.phone and guest.user_id:
        world.guests.meet(number.waba_id, guest.phone, guest.user_id)
    for key in filter(None, (guest.phone, guest.user_id)):
        world.windows.opened(pair(number.phone_number_id, key), now)
    world.changed = True
    talk = pair(number.phone_number_id, guest.key)
    written = GuestMessage(talk, message["id"], now, message)
    world.chats.wrote(written)
    content = {"contacts": [guest.contact()], "messages": [{**guest.origin(), **message}]}
    world.sender.put(change(number, talk, now, content, told=lambda: world.chats.tick(written, "delivered")))


async def receive(world: World, wish: JSON, base: str) -> str:
    """Let a guest write; the wamid. `base` is where this server is. Raises BadField."""
    phone_number_id = text_field(wish, "phone_number_id", required=True, longest=40)
    guest = guest_of(wish)
    number = world.numbers.get(phone_number_id)
    message_id = text_field(wish, "id", longest=256) or wamid.incoming(guest.key)
    stamp = text_field(wish, "timestamp", longest=20) or world.clock.stamp()
    message = await _with_media(world, number, wish, (message_id, stamp), base)
    context = message.get("context")
    if isinstance(context, dict) and "message_id" in context:  # as one would send it; webhooks say it otherwise
        message["context"] = {"from": number.digits, "id": context["message_id"]}
    tell(world, number, guest, message)
    return message_id
