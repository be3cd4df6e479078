"""What whoever takes the platform's money must be able to do; each is a folder here, and nothing else knows which.

Amounts are in the smallest unit of their currency. What pages show (`invoices`, `payment_methods`, `tax_id`) is read
from rows that the gateway keeps; the rest asks it, so it may raise GatewayAway, and no page waits for it while it is
drawn.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from typing import Final, Protocol

from config.env import env

_NAME: Final = re.compile(r"^[a-z][a-z_]{1,30}$")


class GatewayRefused(Exception):
    """The gateway does not want it. `field` names what was wrong, `why` says it in words that may be shown."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field, self.why = field, why


class GatewayAway(Exception):
    """There was no readable answer; asked again, with the same key, nothing is done twice."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an invoice or of its preview."""

    text: str
    quantity: int | None
    amount_minor: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change of plan would cost, without doing it."""

    lines: list[Line]
    # What is charged when it is confirmed; below 0 is a credit for the next invoice.
    due_now_minor: int
    # What each period costs from then on, use apart.
    due_next_minor: int
    currency: str
    # When the new plan begins: now, or at the end of the period.
    at: datetime
    is_downgrade: bool


@dataclass(frozen=True, slots=True)
class Invoice:
    """A bill. `status` is draft, open, paid, void or uncollectible."""

    ref: str
    number: str
    at: datetime
    total_minor: int
    currency: str
    status: str
    hosted_url: str
    pdf_url: str
    lines: list[Line]
    refunded_minor: int = 0
    due_minor: int = 0
    # When the gateway tries again to charge one that was not paid.
    next_try_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """Something to pay with. `brand` is visa, mastercard, boleto, pix, …; `expires` is `12/2030` or empty."""

    ref: str
    brand: str
    last4: str
    expires: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class TaxId:
    """A company's or a person's tax number; `kind` is br_cnpj, br_cpf, eu_vat, …"""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Owed:
    """Units beyond the plan, all at one price, of a subscription that has ended."""

    kind: str
    quantity: int
    # In the smallest unit of the subscription's currency; it may have decimals.
    price_minor: Decimal
    starts_at: datetime
    ends_at: datetime


class Gateway(Protocol):
    """A gateway. Each of these may raise GatewayRefused and GatewayAway, reads of rows apart."""

    kind: str

    def ensure_customer(self, salon_id: int) -> str:
        """Its name for the salon, made at the first time."""

    def checkout(self, salon_id: int, plan: str, interval: str, success_url: str, cancel_url: str) -> str:
        """A page where a salon without a subscription begins one. Refused (`plan`) where it has one."""

    def portal(self, salon_id: int, return_url: str) -> str:
        """A page of the gateway's own for cards and invoices."""

    def add_payment_method_url(self, salon_id: int, return_url: str) -> str:
        """A page that takes one more card."""

    def preview(self, salon_id: int, plan: str, interval: str) -> Preview:
        """What `change`, or `checkout` where there is no subscription yet, would cost."""

    def change(self, salon_id: int, plan: str, interval: str) -> Preview:
        """A better plan at once, with a credit for what is left of the old one; a smaller one from the next period on.
        What was done; refused (`payment_method`) where the card does not pay, and then nothing has changed."""

    def cancel(self, salon_id: int) -> datetime | None:
        """Ends with the period; when that is."""

    def resume(self, salon_id: int) -> None:
        """It goes on: neither the end nor the smaller plan that was asked for comes."""

    def pause(self, salon_id: int) -> None:
        """Nothing is charged until `end_pause`: bills that come meanwhile are void, and the salon is paused."""

    def end_pause(self, salon_id: int) -> None:
        """It is charged again, from the next bill on."""

    def invoices(self, salon_id: int) -> list[Invoice]:
        """All bills, newest first; from rows."""

    def payment_methods(self, salon_id: int) -> list[PaymentMethod]:
        """From rows."""

    def set_default(self, salon_id: int, ref: str) -> None:
        """The one that pays from now on."""

    def remove(self, salon_id: int, ref: str) -> None:
        """Forget it. Refused where a running subscription has no other."""

    def tax_id(self, salon_id: int) -> TaxId | None:
        """From rows."""

    def set_tax_id(self, salon_id: int, value: str) -> None:
        """Stands on invoices from now on; empty takes it away. Refused (`tax_id`) where its form is wrong."""

    def pay(self, salon_id: int, ref: str) -> None:
        """Charge an open invoice now. Refused (`payment_method`) where the card does not pay."""

    def report_usage(self, salon_id: int, kind: str, quantity: int, key: str, at: datetime) -> datetime:
        """Units beyond the plan, billed once for each key (≤ 100 characters). When they count as used: `at`, or later
        where the bill of that time was final already, so that they are on the next one."""

    def bill_rest(self, salon_id: int, subscription_ref: str, owed: Sequence[Owed]) -> int:
        """Of all that was owed in a subscription that has ended: what is on none of its bills is put on a last one, the
        first of `owed` last; how many units those are. Asked again it adds nothing. GatewayAway while a bill of it may
        still grow. Whoever sees a subscription end tells `billing.metering.last_bills.ended`."""

    def usage_billed(self, salon_id: int, kind: str, period: tuple[datetime, datetime]) -> int:
        """So many units it has counted in that time."""

    def credit(self, salon_id: int, amount_minor: int, reason: str, key: str = "") -> None:
        """Taken off the next invoices; once for each key, where one is given."""

    def refresh(self, salon_id: int) -> bool:
        """Ask now what the salon has and let it take effect; whether anything changed."""


def gateway() -> Gateway:
    """The one of this installation (BILLING_GATEWAY): `<name>` is the folder `billing/gateways/<name>/`."""
    return named(env.billing_gateway)


def named(kind: str) -> Gateway:
    """A gateway by its folder's name. Raises LookupError."""
    if not _NAME.match(kind):
        raise LookupError(f"BILLING_GATEWAY={kind!r} is no folder of billing/gateways")
    try:
        found: Gateway = import_module(f"billing.gateways.{kind}.gateway").GATEWAY
    except ModuleNotFoundError as error:
        if error.name not in (f"billing.gateways.{kind}", f"billing.gateways.{kind}.gateway"):
            raise  # the folder is there, and misses something itself
        raise LookupError(f"BILLING_GATEWAY={kind!r} is no folder of billing/gateways") from error
    return found
