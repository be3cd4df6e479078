"""A message of a guest, from its item."""

from typing import Any

from channels_wa.inbound.identity import Identity, identities_of
from channels_wa.inbound.parse.kinds import READERS, errors_of, read_unsupported
from channels_wa.inbound.parse.scalars import maybe, moment, one, present, text
from channels_wa.inbound.parse.values import InboundMessage, Unreadable
from channels_wa.inbound.reading import RawItem

JSONObject = dict[str, Any]


def parse_message(raw: RawItem) -> InboundMessage:
    """The message of an item. Raises Unreadable."""
    item = readable(raw)
    return message_of(item, identities_of(item, raw.contact), raw.contact)


def readable(raw: RawItem) -> JSONObject:
    """The item as an object. Raises Unreadable."""
    if raw.problem or not isinstance(raw.item, dict):
        raise Unreadable(raw.problem or "not an object")
    return raw.item


def message_of(item: JSONObject, guest: tuple[Identity, ...], contact: JSONObject | None) -> InboundMessage:
    """What was said, in a talk with this guest. Raises Unreadable."""
    wamid = text(item.get("id"))
    if not wamid or not guest:
        raise Unreadable("no id" if not wamid else "no sender")
    kind = text(item.get("type"))
    reader = READERS.get(kind)
    content = (reader or read_unsupported)(item)
    payload = content.payload if reader else {**content.payload, **present(of=kind[:80])}
    profile = one(contact.get("profile")) if contact else {}
    context = one(item.get("context"))
    return InboundMessage(
        wamid=wamid,
        identities=guest,
        profile_name=text(profile.get("name"))[:200],
        username=text(profile.get("username"))[:200],
        type=kind if reader else "unsupported",
        is_known=reader is not None,
        text=content.text,
        payload={**payload, **_circumstances(item, context)},
        reply_id=content.reply_id,
        reply_title=content.reply_title,
        quoted_wamid=maybe(context.get("id")),
        referral=one(item.get("referral")) or None,
        sent_at=moment(item.get("timestamp")),
    )


def _circumstances(item: JSONObject, context: JSONObject) -> JSONObject:
    """What holds for messages of every type."""
    if not context and "group_id" not in item and "errors" not in item:
        return {}
    return present(
        forwarded=context.get("forwarded") is True or context.get("frequently_forwarded") is True or None,
        product=text(one(context.get("referred_product")).get("product_retailer_id")),
        group_id=text(item.get("group_id")),
        errors=errors_of(item),
    )
