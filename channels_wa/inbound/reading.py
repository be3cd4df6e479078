"""Read a delivery into its items: each message, status, error or other change by itself.

A part that cannot be used gets a `problem` and goes to quarantine; all others take effect (I4). The same bytes always
give the same items in the same order, so `(delivery, index)` names an item for ever.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from channels_wa.inbound.coexistence import parts_of
from channels_wa.inbound.fields import COEXISTENCE, kind_of_field
from channels_wa.inbound.identity import identities_of, key_of
from channels_wa.inbound.outline import Absurd, Broken, load, outline

JSONObject = dict[str, Any]

MAX_DEPTH = 64
# Meta sends at most 1,000 updates at once; millions of commas are no updates.
MAX_ITEMS = 10_000
MAX_ID = 255
MAX_NUMBER_ID = 32
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_PERSON = ("from", "from_user_id", "recipient_id", "recipient_user_id")
# Where items lie in the value of a `messages` change, and what they are called from here on.
_LISTS = {"messages": "message", "statuses": "status", "errors": "error"}


@dataclass(frozen=True, slots=True)
class RawItem:
    """One item of a delivery, not yet understood."""

    index: int
    kind: str
    """message | status | error | echo | history | phonebook | account | coexistence | other"""
    field: str | None
    phone_number_id: str | None
    waba_id: str | None
    item: Any
    """Its JSON; None if it could not be read."""
    contact: JSONObject | None = None
    """The entry of `contacts` that belongs to it."""
    order_key: str = ""
    """Messages of one key are handled one after the other: number and sender. Empty for everything else."""
    problem: str | None = None
    """Why it goes to quarantine."""
    broken_text: str | None = None
    sent_at: int | None = None
    """Seconds of the entry that it came in, for what concerns an account: such changes carry no moment of their own."""

    def raw(self) -> bytes:
        """Its bytes, for quarantine: as they came if they could not be read, else as JSON that says the same."""
        if self.broken_text is not None:
            return self.broken_text.encode("utf-8", "surrogateescape")
        return json.dumps(self.item, default=lambda odd: odd.text).encode()


class _Change(NamedTuple):
    """What all items of one change have in common."""

    field: str | None
    phone_number_id: str | None
    waba_id: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What is in a delivery."""

    items: list[RawItem]
    problem: str | None
    """Why it could be followed only in parts, or not at all; then its only item is the whole of it."""


def read(raw: bytes) -> Reading:
    """Split a delivery. Never raises: what cannot be read is an item with a problem."""
    # Broken UTF-8 becomes lone surrogates, which spoil only the item that holds them.
    text = raw.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    problem = None
    try:
        tree = load(text)
    except (ValueError, RecursionError):
        tree, problem = outline(text), "not JSON as a whole: read in parts"
    entries = _entries(tree)
    if entries is None:
        problem = "not JSON" if isinstance(tree, Broken) else "not a delivery of WhatsApp"
        whole = RawItem(0, "other", None, None, None, None, problem=problem, broken_text=text)
        return Reading([whole], problem)
    items = list(_numbered(entries))
    if problem and not any(item.problem for item in items):
        lost = "a part of the delivery could not be followed"
        items.append(RawItem(len(items), "other", None, None, None, None, problem=lost, broken_text=text))
    return Reading(items, problem)


def fault_in(value: Any) -> str | None:
    """Why this JSON cannot be stored or shown, or None. Level by level, so that depth costs no recursion."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            return "nested too deep"
        below: list[Any] = []
        for one in level:
            kind = type(one)
            if kind is str:
                if not one.isprintable() and (bad := _NOT_TEXT.search(one)):
                    return "NUL in a text" if bad[0] == "\0" else "a text that is not Unicode"
            elif kind is dict:
                below.extend(one)
                below.extend(one.values())
            elif kind is list:
                below.extend(one)
            elif kind is Absurd or kind is Broken:
                return str(one.reason)
        level = below
    return None


def _entries(tree: Any) -> list[Any] | None:
    entries = tree.get("entry") if isinstance(tree, dict) else None
    return None if entries is None else _listed(entries)


def _listed(value: Any) -> list[Any]:
    """A list; Meta's examples have a bare object in some of its places."""
    return value if isinstance(value, list) else [value]


def _numbered(entries: list[Any]) -> Iterator[RawItem]:
    index = 0
    for entry in entries:
        for change, waba_id in _changes(entry):
            for item in _items(index, change, waba_id):
                if index == MAX_ITEMS:
                    yield RawItem(index, "other", None, None, None, None, problem=f"more than {MAX_ITEMS} items")
                    return
                yield replace(item, sent_at=_seconds(entry)) if item.kind == "account" else item
                index += 1


def _seconds(entry: Any) -> int | None:
    given = entry.get("time")
    given = int(given) if isinstance(given, str) and given.isdecimal() and len(given) < 12 else given
    return given if isinstance(given, int) and not isinstance(given, bool) and 0 < given < 10**11 else None


def _changes(entry: Any) -> Iterator[tuple[Any, str | None]]:
    if not isinstance(entry, dict) or not entry.get("changes"):
        yield entry if isinstance(entry, Broken) else Broken(_dumped(entry), "an entry without changes"), None
        return
    waba_id = _identifier(entry.get("id"))
    for change in _listed(entry["changes"]):
        yield change, waba_id


def _items(index: int, change: Any, waba_id: str | None) -> Iterator[RawItem]:
    value = change.get("value") if isinstance(change, dict) else None
    values = [value] if isinstance(value, dict) else value if isinstance(value, list) else []
    if not values or not all(isinstance(each, dict) for each in values):
        yield _unusable(index, change, waba_id)
        return
    field = change.get("field")
    field = field if isinstance(field, str) and fault_in(field) is None else None
    for each in values:
        for item in _of_value(index, field, each, waba_id):
            yield item
            index += 1


def _of_value(index: int, field: str | None, value: JSONObject, waba_id: str | None) -> Iterator[RawItem]:
    number_id = _number_id(value)
    if field == "messages" or (field is None and any(name in value for name in _LISTS)):
        yield from _of_messages(index, value, _Change(field or "messages", number_id, waba_id))
        return
    if field in COEXISTENCE:
        yield from _of_coexistence(index, value, _Change(field, number_id, waba_id))
        return
    info = value.get("waba_info")
    # In PARTNER_* and APP_* changes the entry carries another id than the account that it is about.
    named = _identifier(info.get("waba_id")) if isinstance(info, dict) else None
    kind, problem = kind_of_field(field, value)
    about = _Change(field, number_id, named or waba_id)
    yield RawItem(index, kind, *about, value, problem=fault_in(value) or problem)


def _of_messages(index: int, value: JSONObject, change: _Change) -> Iterator[RawItem]:
    contacts = [one for one in _listed(value.get("contacts") or []) if isinstance(one, dict)]
    found = False
    for name, kind in _LISTS.items():
        for item in _listed(value[name]) if value.get(name) is not None else []:
            found = True
            yield _one(index, kind, change, item, contacts)
            index += 1
    if not found:
        problem = fault_in(value) or "no messages, statuses or errors in it"
        yield RawItem(index, "other", *change, value, problem=problem)


def _of_coexistence(index: int, value: JSONObject, change: _Change) -> Iterator[RawItem]:
    found = False
    for kind, item, contact in parts_of(change.field or "", value):
        found = True
        if isinstance(item, Broken):
            yield RawItem(index, kind, *change, None, problem=item.reason, broken_text=item.text)
        else:
            problem = fault_in(item) or fault_in(contact) or (None if isinstance(item, dict) else "not an object")
            yield RawItem(index, kind, *change, item, contact, problem=problem)
        index += 1
    if not found:
        yield RawItem(index, "coexistence", *change, value, problem=fault_in(value))


def _one(index: int, kind: str, change: _Change, item: Any, contacts: list[JSONObject]) -> RawItem:
    if isinstance(item, Broken):
        return RawItem(index, kind, *change, None, problem=item.reason, broken_text=item.text)
    problem = fault_in(item) or _shape_fault(kind, item)
    if problem:
        return RawItem(index, kind, *change, item, problem=problem)
    contact = _contact_of(item, contacts)
    if contact is not None and fault_in(contact):
        contact = None  # a name that cannot be stored is no reason to lose the message
    if kind != "message":
        return RawItem(index, kind, *change, item, contact)
    sender = key_of(identities_of(item, contact))
    # A delivery that names no number is routed by its account, and gets the number's part when it is.
    order_key = f"{change.phone_number_id or ''}:{sender}"
    return RawItem(index, kind, *change, item, contact, order_key, None if sender else "no sender")


def _shape_fault(kind: str, item: Any) -> str | None:
    if not isinstance(item, dict):
        return "not an object"
    if kind == "error":
        return None
    identifier = item.get("id")
    if identifier is None or identifier == "":
        return "no id"
    if not isinstance(identifier, str) or len(identifier) > MAX_ID:
        return "an id that cannot be one"
    return None


def _contact_of(item: JSONObject, contacts: list[JSONObject]) -> JSONObject | None:
    """The entry with the item's own phone or BSUID; a single entry without either belongs to everybody."""
    if not contacts:
        return None
    ours = [item[name] for name in _PERSON if item.get(name) is not None]
    for contact in contacts:
        if contact.get("wa_id") in ours or contact.get("user_id") in ours:
            return contact
    alone = contacts[0] if len(contacts) == 1 else None
    if alone is not None and (not ours or not (alone.get("wa_id") or alone.get("user_id"))):
        return alone
    return None


def _unusable(index: int, change: Any, waba_id: str | None) -> RawItem:
    """A change whose value cannot be followed."""
    broken = change.get("value") if isinstance(change, dict) else change
    if not isinstance(broken, Broken):
        broken = Broken(_dumped(change), fault_in(change) or "a change without a value")
    return RawItem(index, "other", None, None, waba_id, None, problem=broken.reason, broken_text=broken.text)


def _number_id(value: JSONObject) -> str | None:
    metadata = value.get("metadata")
    return _identifier(metadata.get("phone_number_id")) if isinstance(metadata, dict) else None


def _identifier(value: Any) -> str | None:
    """Meta's ids are texts of digits; its examples have numbers as well."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and 0 < len(value) <= MAX_NUMBER_ID and value.isascii() and value.isprintable():
        return value
    return None


def _dumped(value: Any) -> str:
    try:
        return json.dumps(value, default=lambda odd: odd.text)
    except RecursionError:
        return "(nested too deep to be shown)"
