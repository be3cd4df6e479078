"""Meta's webhook envelope (WHATSAPP.md §6) and its signature."""

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from sandbox.asgi import JSON
from sandbox.numbers import Number


@dataclass(slots=True)
class Change:
    """One thing to tell the product."""

    waba_id: str
    order_key: str  # changes of one key are told in order
    value: bytes
    born: float  # on the sandbox's clock
    told: Callable[[], None] | None = None  # called when the product has answered 200
    tries: int = 0
    field: bytes = b"messages"
    whole: bytes = b""  # a body to be posted as it is, alone


def change(
    number: Number, order_key: str, born: float, content: JSON, told: Callable[[], None] | None = None
) -> Change:
    """A `messages` change of one number; `content` is contacts, messages or statuses."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number.digits, "phone_number_id": number.phone_number_id},
        **content,
    }
    return Change(number.waba_id, order_key, json.dumps(value, separators=(",", ":")).encode(), born, told)


def account_change(waba_id: str, field: str, value: JSON, born: float) -> Change:
    """A change of an account, its numbers or its templates; those of one account are told in order."""
    raw = json.dumps(value, separators=(",", ":")).encode()
    return Change(waba_id, f"account:{waba_id}", raw, born, field=json.dumps(field).encode()[1:-1])


def together(changes: Sequence[Change]) -> Change:
    """Several changes that must come in one delivery."""
    return Change(changes[0].waba_id, changes[0].order_key, b"", changes[0].born, whole=envelope(changes))


def raw_delivery(waba_id: str, body: bytes, born: float) -> Change:
    """A body that is posted as it is, whatever it holds."""
    return Change(waba_id, f"raw:{waba_id}", b"", born, whole=body)


def _entry_of(change: Change) -> tuple[str, int]:
    """Account, and the second that the entry names; messages and statuses have their own timestamps instead."""
    return change.waba_id, 0 if change.field == b"messages" else int(change.born)


def envelope(changes: Sequence[Change]) -> bytes:
    """The body of one POST."""
    entries = []
    for (waba_id, time), of_entry in groupby(changes, key=_entry_of):
        told = b",".join(b'{"value":' + change.value + b',"field":"' + change.field + b'"}' for change in of_entry)
        when = b',"time":%d' % time if time else b""
        entries.append(b'{"id":' + json.dumps(waba_id).encode() + when + b',"changes":[' + told + b"]}")
    return b'{"object":"whatsapp_business_account","entry":[' + b",".join(entries) + b"]}"


def signature(secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
