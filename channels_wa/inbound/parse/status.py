"""What became of a message of ours, from its item."""

from typing import Any

from channels_wa.inbound.identity import recipients_of
from channels_wa.inbound.parse.scalars import many, maybe, moment, number, one, text
from channels_wa.inbound.parse.values import StatusError, StatusUpdate, Unreadable
from channels_wa.inbound.reading import RawItem

STATUSES = frozenset({"sent", "delivered", "read", "played", "failed"})


def parse_status(raw: RawItem) -> StatusUpdate:
    """The status of an item. Raises Unreadable, also for a status that nobody knows: it may mean anything."""
    item = raw.item
    if raw.problem or not isinstance(item, dict):
        raise Unreadable(raw.problem or "not an object")
    wamid, status = text(item.get("id")), text(item.get("status"))
    if not wamid:
        raise Unreadable("no id")
    if status not in STATUSES:
        raise Unreadable(f"unknown status {status[:80]!r}")
    return StatusUpdate(
        wamid=wamid,
        status=status,
        at=moment(item.get("timestamp")),
        recipients=recipients_of(item, raw.contact),
        attempt=maybe(item.get("biz_opaque_callback_data")),
        errors=tuple(_error(error) for error in many(item.get("errors"))),
        pricing=one(item.get("pricing")) or None,
    )


def _error(error: dict[str, Any]) -> StatusError:
    code = number(error.get("code"))
    details = text(one(error.get("error_data")).get("details")) or text(error.get("message"))
    return StatusError(None if code is None else int(code), text(error.get("title")), details)
