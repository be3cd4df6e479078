"""A message of a guest, from its item."""

from typing import Any

from channels_wa.inbound.identity import identities_of
from channels_wa.inbound.parse.kinds import READERS, read_unsupported
from channels_wa.inbound.parse.scalars import maybe, moment, one, present, text
from channels_wa.inbound.parse.values import InboundMessage, Unreadable
from channels_wa.inbound.reading import RawItem

JSONObject = dict[str, Any]


def parse_message(raw: RawItem) -> InboundMessage:
    """The message of an item. Raises Unreadable."""
    item = raw.item
    if raw.problem or not isinstance(item, dict):
        raise Unreadable(raw.problem or "not an object")
    wamid, identities = text(item.get("id")), identities_of(item, raw.contact)
    if not wamid or not identities:
        raise Unreadable("no id" if not wamid else "no sender")
    kind = text(item.get("type"))
    reader = READERS.get(kind)
    content = (reader or read_unsupported)(item)
    payload = content.payload if reader else {**content.payload, **present(of=kind[:80])}
    profile = one(raw.contact.get("profile")) if raw.contact else {}
    context = one(item.get("context"))
    return InboundMessage(
        wamid=wamid,
        identities=identities,
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
    if not context and "group_id" not in item:
        return {}
    return present(
        forwarded=context.get("forwarded") is True or context.get("frequently_forwarded") is True or None,
        product=text(one(context.get("referred_product")).get("product_retailer_id")),
        group_id=text(item.get("group_id")),
    )
