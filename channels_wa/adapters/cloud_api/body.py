"""A message as the Cloud API wants it (WHATSAPP.md §2)."""

import json
from typing import Any

from django.conf import settings

from channels_wa.adapters.base import OutboundMessage

JSON = dict[str, Any]


def encode(message: OutboundMessage) -> bytes:
    """The body of POST /{phone_number_id}/messages."""
    body: JSON = {"messaging_product": "whatsapp", **_recipient(message), "type": message.type}
    body[message.type] = _content(message)
    if message.reply_to:
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
    field = getattr(settings, "WHATSAPP_BSUID_FIELD", "recipient")
    return {"recipient_type": "individual", field: message.recipient}


def _content(message: OutboundMessage) -> JSON:
    payload = message.payload
    if message.type == "text":
        return {"body": message.text or payload.get("text", "")}
    if message.type == "interactive":
        return _interactive(payload)
    return payload


def _interactive(payload: JSON) -> JSON:
    """Buttons and lists as flows write them become WhatsApp's; what is WhatsApp's own already goes as it is."""
    if payload.get("type") == "buttons":
        replies = [{"type": "reply", "reply": {"id": one["id"], "title": one["title"]}} for one in payload["buttons"]]
        return _around(payload, "button", {"buttons": replies})
    if payload.get("type") == "list" and "rows" in payload:
        rows = [{key: row[key] for key in ("id", "title", "description") if row.get(key)} for row in payload["rows"]]
        return _around(payload, "list", {"button": payload["button"], "sections": [{"rows": rows}]})
    return payload


def _around(payload: JSON, kind: str, action: JSON) -> JSON:
    found: JSON = {"type": kind, "body": {"text": payload["text"]}, "action": action}
    if payload.get("footer"):
        found["footer"] = {"text": payload["footer"]}
    return found
