"""What this Stripe knows: objects by kind and id, lists with cursors, answers kept for their idempotency keys."""

import copy
import json
import secrets
from collections.abc import Callable
from typing import Any

from sandbox.asgi import JSON
from sandbox.clock import Clock
from sandbox.stripe.errors import StripeError, missing, wrong
from sandbox.stripe.forms import number

ACCOUNT = "acct_1SandboxCadeira"
API_VERSION = "2026-08-26.dahlia"
KEPT_EACH = 20_000
# Usage of months is summed from its single events.
USAGE_KEPT = 1_000_000
KEYS_KEPT = 5_000
KEY_LIVES_S = 24 * 3600
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
# Kinds by the name that stands in `object`.
PREFIXES = {
    "customer": "cus",
    "product": "prod",
    "price": "price",
    "coupon": "co",
    "promotion_code": "promo",
    "payment_method": "pm",
    "setup_intent": "seti",
    "payment_intent": "pi",
    "charge": "ch",
    "balance_transaction": "txn",
    "customer_balance_transaction": "cbtxn",
    "refund": "re",
    "subscription": "sub",
    "subscription_item": "si",
    "subscription_schedule": "sub_sched",
    "invoice": "in",
    "invoiceitem": "ii",
    "line_item": "il",
    "invoice_payment": "inpay",
    "discount": "di",
    "tax_id": "txi",
    "checkout.session": "cs_test",
    "billing_portal.session": "bps",
    "billing_portal.configuration": "bpc",
    "billing.meter": "mtr_test",
    "billing.meter_event": "mev",
    "event": "evt",
}


class Book:
    """All objects of the one account."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.kinds: dict[str, dict[str, JSON]] = {}
        self.keys: dict[str, JSON] = {}
        self.counters: dict[str, int] = {}
        self.changed: Callable[[], None] = lambda: None
        # Told what happens: kind, the object, what it was before.
        self.listener: Callable[[str, JSON, JSON | None], None] = lambda _kind, _about, _before: None
        # Where the hosted pages are, as the product reaches us.
        self.base = "http://localhost:8001"
        # While something is done that was due at this instant.
        self.at: int | None = None

    @property
    def now(self) -> int:
        """Whole seconds since 1970 on the sandbox's clock."""
        return int(self.clock.now()) if self.at is None else self.at

    def happened(self, kind: str, about: JSON, *, before: JSON | None = None) -> None:
        """Something happened to an object; `before` has the values that changed."""
        self.listener(kind, about, before)

    def new_id(self, kind: str) -> str:
        """An id that looks like Stripe's."""
        return f"{PREFIXES[kind]}_1{''.join(secrets.choice(_ALPHABET) for _ in range(23))}"

    def add(self, kind: str, values: JSON, pk: str = "") -> JSON:
        """A new object with id, object, created, livemode."""
        made = {"id": pk or self.new_id(kind), "object": kind, "created": self.now, "livemode": False, **values}
        rows = self.kinds.setdefault(kind, {})
        rows[made["id"]] = made
        if len(rows) > (USAGE_KEPT if kind == "billing.meter_event" else KEPT_EACH):
            del rows[next(iter(rows))]
        self.changed()
        return made

    def get(self, kind: str, pk: object) -> JSON:
        """The object itself, to be read or changed. Raises StripeError (404)."""
        found = self.kinds.get(kind, {}).get(str(pk))
        if found is None:
            raise missing(kind.rpartition(".")[2], str(pk)[:80])
        return found

    def find(self, kind: str, pk: object) -> JSON | None:
        """The object, or None."""
        return self.kinds.get(kind, {}).get(str(pk)) if pk else None

    def all(self, kind: str, **same: object) -> list[JSON]:
        """Those whose fields have these values, oldest first."""
        rows = self.kinds.get(kind, {}).values()
        return [one for one in rows if all(one.get(name) == value for name, value in same.items())]

    def remove(self, kind: str, pk: str) -> None:
        """It is gone."""
        self.kinds.get(kind, {}).pop(pk, None)
        self.changed()

    def count(self, name: str) -> int:
        """1, 2, 3, …"""
        self.counters[name] = self.counters.get(name, 0) + 1
        return self.counters[name]

    def page(self, rows: list[JSON], query: JSON, url: str) -> JSON:
        """A list as Stripe pages it: newest first, by the id after or before which it goes on. Raises StripeError."""
        limit = number(query, "limit", 10) or 10
        if not 1 <= limit <= 100:
            raise wrong("limit", "limit must be between 1 and 100", "parameter_invalid_integer")
        newest = list(reversed(rows))
        if after := query.get("starting_after"):
            newest = newest[_place(newest, str(after), "starting_after") + 1 :]
        if before := query.get("ending_before"):
            newest = newest[: _place(newest, str(before), "ending_before")][-limit:]
        return {"object": "list", "data": newest[:limit], "has_more": len(newest) > limit, "url": url}

    def answer_of(self, key: str, asked: str) -> tuple[int, JSON] | None:
        """What was answered under this idempotency key. Raises StripeError where something else was asked then."""
        kept = self.keys.get(key)
        if kept is None or kept["at"] + KEY_LIVES_S < self.now:
            return None
        if kept["asked"] != asked:
            raise StripeError(
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
                type="idempotency_error",
                status=400,
            )
        return int(kept["status"]), json.loads(kept["answer"])

    def keep_answer(self, key: str, asked: str, status: int, answer: JSON) -> None:
        """For who asks again under the same key."""
        self.keys[key] = {"at": self.now, "asked": asked, "status": status, "answer": json.dumps(answer)}
        while len(self.keys) > KEYS_KEPT:
            del self.keys[next(iter(self.keys))]

    def as_saved(self) -> JSON:
        """What must outlive a restart."""
        return {"kinds": self.kinds, "keys": self.keys, "counters": self.counters}

    def restore(self, saved: JSON) -> None:
        """As it was."""
        self.kinds, self.keys, self.counters = saved["kinds"], saved["keys"], saved["counters"]

    def forget(self) -> None:
        """Nothing has happened."""
        self.kinds.clear()
        self.keys.clear()
        self.counters.clear()


def _place(rows: list[JSON], pk: str, param: str) -> int:
    for index, one in enumerate(rows):
        if one["id"] == pk:
            return index
    raise StripeError(f"No such object: '{pk[:80]}'", code="resource_missing", param=param)


def listed(rows: list[JSON], url: str) -> JSON:
    """A whole list within an object."""
    return {"object": "list", "data": rows, "has_more": False, "total_count": len(rows), "url": url}


def as_shown(value: JSON) -> JSON:
    """A copy without what is only ours (names with an underscore)."""
    return {name: _shown(inner) for name, inner in copy.deepcopy(value).items() if not name.startswith("_")}


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return as_shown(value)
    return [_shown(one) for one in value] if isinstance(value, list) else value
