"""What the salon's own phone tells (coexistence): messages written there, imported talks, its address book."""

from dataclasses import replace
from typing import Any

from channels_wa.inbound.identity import Identity, named
from channels_wa.inbound.parse.message import message_of, readable
from channels_wa.inbound.parse.scalars import one, text
from channels_wa.inbound.parse.values import Elsewhere, PhonebookEntry, Unreadable
from channels_wa.inbound.reading import RawItem

JSONObject = dict[str, Any]

# Stands in an imported talk for a file, which may follow under the same id.
PLACEHOLDER = "media_placeholder"
# How WhatsApp's history names what became of a message.
STATUSES = {"SENT": "sent", "DELIVERED": "delivered", "READ": "read", "PLAYED": "played", "ERROR": "failed"}


def parse_echo(raw: RawItem) -> Elsewhere:
    """{"from": "<the salon>", "to": "<the guest>", "id": "wamid.…", "type": "text", …}. Raises Unreadable."""
    item = readable(raw)
    return Elsewhere(message_of(item, _addressed(item), None), "out", "phone", "sent")


def parse_history(raw: RawItem) -> Elsewhere:
    """{"from": …, "to"?: …, "id": …, "history_context": {"status": "READ"}} of a thread. Raises Unreadable."""
    item, beside = readable(raw), raw.contact or {}
    is_ours = _is_ours(item, beside)
    context = one(beside.get("context"))
    guest = named(
        beside.get("guest"),
        *(_addresses(item) if is_ours else (item.get("from"), item.get("from_user_id"))),
        context.get("wa_id"),
        context.get("user_id"),
    )
    message = message_of(item, guest, {"profile": {"username": context.get("username")}})
    if message.payload.get("of") == PLACEHOLDER:
        message = replace(message, is_known=True)
    if not is_ours:
        return Elsewhere(message, "in", "history", "delivered")
    status = STATUSES.get(text(one(item.get("history_context")).get("status")).upper(), "sent")
    return Elsewhere(message, "out", "history", status, _why(message.payload) if status == "failed" else "")


def parse_phonebook(raw: RawItem) -> PhonebookEntry:
    """{"type": "contact", "contact": {"full_name": …, "phone_number": …}, "action": "add"}. Raises Unreadable."""
    item = readable(raw)
    person = one(item.get("contact"))
    identities = named(person.get("phone_number"), person.get("user_id"))
    if not identities:
        raise Unreadable("no phone number")
    name = text(person.get("full_name")) or text(person.get("first_name"))
    return PhonebookEntry(identities, name[:120], text(item.get("action")) == "remove")


def _is_ours(item: JSONObject, beside: JSONObject) -> bool:
    sender = "".join(letter for letter in text(item.get("from")) if letter.isdigit())
    if sender and sender == beside.get("ours"):
        return True
    guest = beside.get("guest")
    return bool(item.get("to")) and (guest is None or item.get("from") != guest)


def _addressed(item: JSONObject) -> tuple[Identity, ...]:
    return named(*_addresses(item))


def _addresses(item: JSONObject) -> tuple[Any, ...]:
    return (
        item.get("to"),
        item.get("to_user_id"),
        item.get("recipient_user_id"),
        item.get("to_parent_user_id"),
    )


def _why(payload: JSONObject) -> str:
    errors = payload.get("errors") or [{}]
    return " ".join(str(errors[0][name]) for name in ("code", "title") if name in errors[0])
