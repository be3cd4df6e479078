"""What a number that also lives on a phone tells: what was written there, what had been written before, the phone book.

Each message and each contact is an item of its own, so that a bad one harms no other.
"""

from collections.abc import Iterator
from typing import Any

from channels_wa.inbound.outline import Broken

JSONObject = dict[str, Any]
# Kind, the item, and what stands beside it.
Part = tuple[str, Any, JSONObject | None]


def parts_of(field: str, value: JSONObject) -> Iterator[Part]:
    """The items in the value of a change of this field, in Meta's order."""
    if field == "smb_message_echoes":
        yield from (("echo", each, None) for each in _listed(value.get("message_echoes")))
    elif field == "smb_app_state_sync":
        yield from (("phonebook", each, None) for each in _listed(value.get("state_sync")))
    elif field == "history":
        ours = _phone_of(value)
        # Files of imported messages come by themselves, under the ids of the messages.
        yield from (("history", each, {"guest": None, "ours": ours}) for each in _listed(value.get("messages")))
        for chunk in _listed(value.get("history")):
            yield from _of_chunk(chunk, ours)


def _of_chunk(chunk: Any, ours: str) -> Iterator[Part]:
    """The messages of a chunk, and after them how far the import has come, or why the salon shares nothing."""
    if not isinstance(chunk, dict):
        yield "history", chunk, None
        return
    for thread in _listed(chunk.get("threads")):
        if not isinstance(thread, dict):
            yield "history", thread, None
            continue
        beside = {"guest": thread.get("id"), "ours": ours, "context": thread.get("context")}
        for message in _listed(thread.get("messages")):
            yield "history", message, beside
    yield "coexistence", {name: part for name, part in chunk.items() if name != "threads"}, None


def _phone_of(value: JSONObject) -> str:
    metadata = value.get("metadata")
    phone = metadata.get("display_phone_number") if isinstance(metadata, dict) else None
    return "".join(letter for letter in str(phone or "") if letter.isascii() and letter.isdigit())


def _listed(value: Any) -> list[Any]:
    """A list; a bare object or a broken piece is a list of one."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict | Broken) else []
