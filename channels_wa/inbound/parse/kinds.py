"""What each type of message says. To add a type: a function, a line in READERS, an example in tests/deliveries/."""

from collections.abc import Callable
from typing import Any

from channels_wa.inbound.identity import identity
from channels_wa.inbound.outline import load
from channels_wa.inbound.parse.scalars import many, maybe, number, one, present, text
from channels_wa.inbound.parse.values import Content
from channels_wa.inbound.reading import fault_in

JSONObject = dict[str, Any]
Reader = Callable[[JSONObject], Content]


def read_text(item: JSONObject) -> Content:
    """{"text": {"body": "oi"}}"""
    return Content(text(one(item.get("text")).get("body")))


def read_button(item: JSONObject) -> Content:
    """The quick reply of a template: {"button": {"text": "Sim", "payload": "yes"}}"""
    button = one(item.get("button"))
    title = text(button.get("text"))
    return Content(title, reply_id=maybe(button.get("payload")), reply_title=title)


def read_interactive(item: JSONObject) -> Content:
    """{"interactive": {"type": "button_reply", "button_reply": {"id": "a", "title": "Corte"}}}, and its relatives."""
    interactive = one(item.get("interactive"))
    kind = text(interactive.get("type"))
    reply = one(interactive.get(kind))
    if kind in ("button_reply", "list_reply"):
        title = text(reply.get("title"))
        payload = present(kind=kind, description=text(reply.get("description")))
        return Content(title, payload, reply_id=maybe(reply.get("id")), reply_title=title)
    if kind == "nfm_reply":
        answers = _json_in(reply.get("response_json"))
        return Content(text(reply.get("body")), present(kind=kind, name=text(reply.get("name")), answers=answers))
    return Content(text(reply.get("response")), present(kind=kind, reply=reply))


def read_media(kind: str) -> Reader:
    """{"image": {"id": "…", "mime_type": "image/jpeg", "sha256": "…", "caption": "…", "url": "…"}}"""

    def read(item: JSONObject) -> Content:
        media = one(item.get(kind))
        caption, filename = text(media.get("caption")), text(media.get("filename"))
        payload = present(
            media_id=text(media.get("id")),
            mime_type=text(media.get("mime_type")),
            sha256=text(media.get("sha256")),
            url=text(media.get("url")),
            caption=caption,
            filename=filename,
            voice=media.get("voice") is True or None,
            animated=media.get("animated") is True or None,
        )
        return Content(caption or filename, payload)

    return read


def read_location(item: JSONObject) -> Content:
    """{"location": {"latitude": -23.5, "longitude": -46.6, "name": "…", "address": "…"}}"""
    location = one(item.get("location"))
    latitude, longitude = number(location.get("latitude")), number(location.get("longitude"))
    name, address = text(location.get("name")), text(location.get("address"))
    shown = name or address or ("" if latitude is None or longitude is None else f"{latitude}, {longitude}")
    payload = present(name=name, address=address, url=text(location.get("url")))
    return Content(shown, {"latitude": latitude, "longitude": longitude, **payload})


def read_contacts(item: JSONObject) -> Content:
    """{"contacts": [{"name": {"formatted_name": "Rui"}, "phones": [{"phone": "…", "wa_id": "…"}]}]}"""
    cards = [
        present(
            name=text(one(card.get("name")).get("formatted_name")),
            phones=[text(phone.get("phone")) or text(phone.get("wa_id")) for phone in many(card.get("phones"))],
            emails=[text(email.get("email")) for email in many(card.get("emails"))],
            company=text(one(card.get("org")).get("company")),
        )
        for card in many(item.get("contacts"))
    ]
    return Content(", ".join(str(card["name"]) for card in cards if "name" in card), {"contacts": cards})


def read_reaction(item: JSONObject) -> Content:
    """{"reaction": {"message_id": "wamid.…", "emoji": "👍"}}; without an emoji it takes the reaction back."""
    reaction = one(item.get("reaction"))
    emoji = text(reaction.get("emoji"))
    return Content(emoji, present(to=text(reaction.get("message_id")), emoji=emoji, removed=not emoji or None))


def read_order(item: JSONObject) -> Content:
    """{"order": {"catalog_id": "…", "text": "…", "product_items": [{"product_retailer_id": "…", "quantity": 1}]}}"""
    order = one(item.get("order"))
    items = [
        present(
            product=text(each.get("product_retailer_id")),
            quantity=number(each.get("quantity")),
            price=number(each.get("item_price")),
            currency=text(each.get("currency")),
        )
        for each in many(order.get("product_items"))
    ]
    return Content(text(order.get("text")), present(catalog_id=text(order.get("catalog_id")), items=items))


def read_system(item: JSONObject) -> Content:
    """{"system": {"type": "user_changed_number", "body": "…", "wa_id": "…"}}: the guest changed, not wrote."""
    system = one(item.get("system"))
    # The new phone has had both of these names.
    phone = identity(system.get("wa_id") or system.get("new_wa_id"))
    payload = present(
        event=text(system.get("type")),
        phone=phone.value if phone else "",
        user_id=text(system.get("user_id")),
        previous_user_id=text(system.get("previous_user_id")),
        identity=text(system.get("identity")),
    )
    return Content(text(system.get("body")), payload)


def read_unsupported(item: JSONObject) -> Content:
    """{"errors": [{"code": 131051, "title": "…"}], "unsupported": {"type": "poll"}}"""
    return Content(payload=present(of=text(one(item.get("unsupported")).get("type")), errors=errors_of(item)))


def errors_of(item: JSONObject) -> list[JSONObject]:
    """What Meta says went wrong with a message: {"errors": [{"code": 131052, "title": "…", "error_data": {…}}]}"""
    return [
        present(
            code=number(error.get("code")),
            title=text(error.get("title")) or text(error.get("message")),
            details=text(one(error.get("error_data")).get("details")),
        )
        for error in many(item.get("errors"))
    ]


def read_edit(item: JSONObject) -> Content:
    """{"edit": {"original_message_id": "wamid.…", "message": {"type": "text", "text": {"body": "…"}}}}"""
    edit = one(item.get("edit"))
    message = one(edit.get("message"))
    kind = text(message.get("type"))
    # Only one level down: an edit of an edit does not exist, and a chain of them would be a recursion.
    reader = None if kind in ("edit", "revoke") else READERS.get(kind)
    inner = reader(message) if reader else Content()
    return Content(inner.text, present(of=text(edit.get("original_message_id")), kind=kind, content=inner.payload))


def read_revoke(item: JSONObject) -> Content:
    """{"revoke": {"original_message_id": "wamid.…"}}"""
    return Content(payload=present(of=text(one(item.get("revoke")).get("original_message_id"))))


READERS: dict[str, Reader] = {
    "text": read_text,
    "button": read_button,
    "interactive": read_interactive,
    "image": read_media("image"),
    "video": read_media("video"),
    "audio": read_media("audio"),
    "document": read_media("document"),
    "sticker": read_media("sticker"),
    "location": read_location,
    "contacts": read_contacts,
    "reaction": read_reaction,
    "order": read_order,
    "system": read_system,
    "unsupported": read_unsupported,
    "edit": read_edit,
    "revoke": read_revoke,
}


def _json_in(value: object) -> Any:
    """JSON that travels as a text inside of JSON; the text itself if it is none."""
    if not isinstance(value, str):
        return value
    try:
        found = load(value)
    except (ValueError, RecursionError):
        return value
    # What was an escape within an escape is a NUL or half a character only now.
    return found if isinstance(found, dict) and fault_in(found) is None else value
