"""A message as the Cloud API wants it (WHATSAPP.md §2)."""

import json
from typing import Any

from channels_wa.adapters.base import OutboundMessage
from config.env import env

JSON = dict[str, Any]
_FORM = {"flow_message_version": "3"}
# What may stand beside the file.
FILES: dict[str, tuple[str, ...]] = {
    "image": ("caption",),
    "video": ("caption",),
    "document": ("caption", "filename"),
    "audio": ("voice",),
    "sticker": (),
}


def encode(message: OutboundMessage) -> bytes:
    """The body of POST /{phone_number_id}/messages."""
    body: JSON = {"messaging_product": "whatsapp", **_recipient(message), "type": message.type}
    body[message.type] = _content(message)
    # A reaction names its message itself.
    if message.reply_to and message.type != "reaction":
        body["context"] = {"message_id": message.reply_to}
    if message.callback_data:
        body["biz_opaque_callback_data"] = message.callback_data
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def read_mark(wamid: str, *, typing: bool) -> JSON:
    """The body that marks an inbound message as read, and with `typing` shows that somebody writes."""
    mark: JSON = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    return {**mark, "typing_indicator": {"type": "text"}} if typing else mark


def _recipient(message: OutboundMessage) -> JSON:
    if message.recipient_kind == "phone":
        # Without + Meta puts the business's own country code in front.
        return {"recipient_type": "individual", "to": f"+{message.recipient.lstrip('+')}"}
    # Which field carries a BSUID is unconfirmed (WHATSAPP.md §11), so a setting can turn it.
    return {"recipient_type": "individual", env.whatsapp_bsuid_field: message.recipient}


def _content(message: OutboundMessage) -> object:
    payload = message.payload
    if message.type == "text":
        return {"body": message.text or payload.get("text", "")}
    if message.type == "interactive":
        return _interactive(payload)
    if message.type == "contacts":
        return payload["contacts"]
    if message.type == "reaction":
        return {"message_id": payload["to"], "emoji": payload["emoji"]}
    if message.type == "template":
        return {key: payload[key] for key in ("name", "language", "components") if payload.get(key)}
    if message.type in FILES:
        return _file(message.type, payload)
    return payload


def _file(kind: str, payload: JSON) -> JSON:
    """By now `media` is the id that Meta gave for our file."""
    source = {"link": payload["link"]} if payload.get("link") else {"id": payload.get("media") or payload["id"]}
    return source | {key: payload[key] for key in FILES[kind] if payload.get(key)}


def _interactive(payload: JSON) -> JSON:
    """Buttons and lists as flows write them become WhatsApp's; what is WhatsApp's own already goes as it is."""
    if payload.get("type") == "buttons":
        replies = [{"type": "reply", "reply": {"id": one["id"], "title": one["title"]}} for one in payload["buttons"]]
        return _around(payload, "button", {"buttons": replies})
    if payload.get("type") == "list" and "rows" in payload:
        rows = [{key: row[key] for key in ("id", "title", "description") if row.get(key)} for row in payload["rows"]]
        return _around(payload, "list", {"button": payload["button"], "sections": [{"rows": rows}]})
    if payload.get("type") == "flow":
        action = payload["action"]
        return {**payload, "action": {**action, "parameters": {**_FORM, **action["parameters"]}}}
    return payload


def _around(payload: JSON, kind: str, action: JSON) -> JSON:
    found: JSON = {"type": kind, "body": {"text": payload["text"]}, "action": action}
    if payload.get("footer"):
        found["footer"] = {"text": payload["footer"]}
    return found
