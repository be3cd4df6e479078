"""Who wrote: the phone, the BSUID, or both, from wherever Meta put them (WHATSAPP.md §8)."""

import re
from typing import Any, NamedTuple

PHONE, BSUID, PARENT_BSUID, OTHER = "phone", "bsuid", "parent_bsuid", "other"
MAX_VALUE = 160

_PHONE = re.compile(r"\+?[1-9][0-9]{4,19}\Z", re.ASCII)
_BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}\Z", re.ASCII)
# Best first. A BSUID is in every delivery since April 2026 while the phone comes and goes with the last 30 days, so it
# is the name that stays the same from one message of a guest to the next.
_PREFERRED = {BSUID: 0, PHONE: 1, OTHER: 2, PARENT_BSUID: 3}


class Identity(NamedTuple):
    """One name under which a person is known at a number."""

    kind: str
    value: str


def identity(value: object) -> Identity | None:
    """What this id is, by its form: Meta puts a BSUID into `from` and `wa_id` too. Phones get their +."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value or len(value) > MAX_VALUE:
        return None
    if _PHONE.match(value):
        return Identity(PHONE, value if value[0] == "+" else "+" + value)
    if found := _BSUID.match(value):
        return Identity(PARENT_BSUID if found[1] else BSUID, value)
    return Identity(OTHER, value)


def identities_of(item: dict[str, Any], contact: dict[str, Any] | None) -> tuple[Identity, ...]:
    """All that is known of the sender of a message, best first; one of each kind."""
    return named(
        item.get("from"),
        item.get("from_user_id"),
        item.get("from_parent_user_id"),
        *((contact.get("wa_id"), contact.get("user_id"), contact.get("parent_user_id")) if contact else ()),
    )


def recipients_of(item: dict[str, Any], contact: dict[str, Any] | None) -> tuple[Identity, ...]:
    """All that is known of whom a status is about, best first."""
    return named(
        item.get("recipient_participant_id") or item.get("recipient_id"),
        item.get("recipient_user_id"),
        item.get("recipient_parent_user_id"),
        *((contact.get("wa_id"), contact.get("user_id"), contact.get("parent_user_id")) if contact else ()),
    )


def key_of(identities: tuple[Identity, ...]) -> str:
    """The sender's part of an order key: the best identity. The same whether the phone is there or not."""
    return identities[0].value if identities else ""


def named(*values: object) -> tuple[Identity, ...]:
    """The identities among these ids, best first; one of each kind."""
    found: dict[str, Identity] = {}
    for value in values:
        if value is not None and (one := identity(value)):
            found.setdefault(one.kind, one)
    return tuple(sorted(found.values(), key=lambda one: _PREFERRED[one.kind]))
