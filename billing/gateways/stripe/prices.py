"""Which price of Stripe's is which plan. By the configuration (STRIPE_PRICE_…); use beyond a plan by lookup keys."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _

from billing.gateways.port import GatewayRefused
from billing.gateways.stripe import client
from billing.plans.models import PlanVersion
from billing.plans.names import INTERVALS
from config.env import env

# Meters have these names at Stripe: cadeira_messages, cadeira_ai_tokens, …
METER: Final = "cadeira_"
_NAME: Final = re.compile(r"^(.+)_(MONTH|YEAR)(?:_([A-Z]{3}))?$")


class Sold(NamedTuple):
    """What a price sells."""

    plan: str
    interval: str


def sold_as(price: Mapping[str, Any]) -> Sold | None:
    """The plan of a price: as the configuration says, else as the price itself says. None for use and other things."""
    recurring = price.get("recurring") or {}
    if recurring.get("usage_type") == "metered":
        return None
    said = price.get("metadata") or {}
    found = _configured().get(str(price.get("id")))
    if found is not None:
        plan = str(said.get("plan") or "")
        return Sold(plan, found.interval) if _as_name(plan) == _as_name(found.plan) else found
    if said.get("plan") and said.get("interval") in INTERVALS:
        return Sold(str(said["plan"]), str(said["interval"]))
    return None


def price_of(plan: str, interval: str, currency: str) -> str:
    """The price at which a plan is sold. Raises GatewayRefused."""
    if interval not in INTERVALS:
        raise GatewayRefused("interval", _("Choose monthly or yearly."))
    found = env.stripe_price(plan, interval, currency)
    if not found:
        raise GatewayRefused("plan", _("This plan is not sold this way. Choose another one."))
    return found


def lookup_key(plan: str, interval: str, currency: str, kind: str = "") -> str:
    """By which Stripe finds a price of ours: of a plan, or of a kind of use beyond it."""
    return "_".join(filter(None, ("cadeira", plan, interval, kind, currency.lower())))


def use_prices(version: PlanVersion, interval: str, currency: str) -> list[str]:
    """The prices of what may be used beyond the plan. Raises the port's errors."""
    keys = [lookup_key(version.plan.code, interval, currency, kind) for kind in sorted(version.overage)]
    found: list[str] = []
    for start in range(0, len(keys), 10):
        with client.in_our_words():
            page = client.ask().prices.list({"lookup_keys": keys[start : start + 10], "active": True, "limit": 100})
        found += [price.id for price in page.data]
    return found


def _configured() -> dict[str, Sold]:
    return {
        price: Sold(match[1].lower(), match[2].lower())
        for name, price in env.stripe_prices.items()
        if (match := _NAME.match(name))
    }


def _as_name(plan: str) -> str:
    return plan.upper().replace("-", "_")
