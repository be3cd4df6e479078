"""Our plans as products, prices and meters at Stripe: made where they are missing, never changed.

A price of Stripe's does not change: another amount is another price, which takes the lookup key over; those who have
the old one keep it.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_noop

from billing.gateways.port import GatewayRefused
from billing.gateways.stripe import client
from billing.gateways.stripe.prices import METER, lookup_key
from billing.plans.models import Plan, PlanVersion

PRODUCT: Final = "cadeira_"
# What stands on an invoice beside the plan, in the installation's language.
USE: Final[dict[str, str]] = {
    "messages": gettext_noop("Messages beyond the plan"),
    "ai_tokens": gettext_noop("AI tokens beyond the plan"),
    "knowledge_queries": gettext_noop("Questions to the knowledge base beyond the plan"),
    "api_calls": gettext_noop("API calls beyond the plan"),
    "storage_mb": gettext_noop("MB of storage beyond the plan"),
}


def publish() -> dict[str, str]:
    """Make what is missing. The prices of the plans by the names of their settings (STRIPE_PRICE_…). Raises the port's
    errors."""
    named: dict[str, str] = {}
    plans = [plan for plan in Plan.objects.filter(is_public=True) if not plan.current.is_free]
    kinds = sorted({kind for plan in plans for kind in plan.current.overage})
    meters = _meters(kinds)
    used: dict[str, Any] = {}
    for kind in kinds:
        used |= _prices(_product(f"use_{kind}", _use(kind), {"kind": kind}))
    for plan in plans:
        there = used | _prices(_product(plan.code, f"Cadeira {plan.name}", {"plan": plan.code}))
        for key, values in _wanted(plan.current, meters):
            found = there.get(key)
            if found is None or Decimal(found.unit_amount_decimal) != Decimal(str(values["unit_amount_decimal"])):
                found = _make(key, values)
            if values["recurring"].get("meter") is None:
                named[f"STRIPE_PRICE_{key.removeprefix('cadeira_').upper().replace('-', '_')}"] = found.id
    return named


def _wanted(version: PlanVersion, meters: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    code = version.plan.code
    product = PRODUCT + code
    for interval, by_currency in version.amounts.items():
        for currency, minor in by_currency.items():
            about = {"plan": code, "interval": interval, "version": str(version.number)}
            yield lookup_key(code, interval, currency), _price(product, currency, minor, {"interval": interval}, about)
        for kind, costs in version.overage.items():
            recurring = {"interval": interval, "usage_type": "metered", "meter": meters[kind]}
            for currency, minor in costs.items():
                about = {"kind": kind, "version": str(version.number)}
                values = _price(f"{PRODUCT}use_{kind}", currency, minor, recurring, about)
                yield lookup_key(code, interval, currency, kind), values


def _price(
    product: str, currency: str, minor: object, recurring: dict[str, str], metadata: dict[str, str]
) -> dict[str, Any]:
    return {
        "product": product,
        "currency": currency.lower(),
        "unit_amount_decimal": str(minor),
        "recurring": recurring,
        "metadata": metadata,
    }


def _make(key: str, values: dict[str, Any]) -> Any:
    wanted = {**values, "lookup_key": key, "transfer_lookup_key": True}
    once = f"{key}-{values['unit_amount_decimal']}-{values['metadata']['version']}"
    return client.write_once("price", once, wanted, client.ask().prices.create)


def _use(kind: str) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return translation.gettext(USE.get(kind, kind.replace("_", " ").capitalize()))


def _product(code: str, name: str, metadata: dict[str, str]) -> str:
    pk = PRODUCT + code
    try:
        with client.in_our_words():
            return str(client.ask().products.retrieve(pk).id)
    except GatewayRefused as error:
        if not client.is_missing(error.__cause__):
            raise
    values = {"id": pk, "name": name, "metadata": metadata}
    return str(client.write_once("product", pk, values, client.ask().products.create).id)


def _prices(product: str) -> dict[str, Any]:
    asked = {"product": product, "active": True, "limit": 100}
    with client.in_our_words():
        rows = client.ask().prices.list(asked).auto_paging_iter()
        return {one.lookup_key: one for one in rows if one.lookup_key}


def _meters(kinds: list[str]) -> dict[str, str]:
    """Meters by the kind of use, made where one is missing."""
    api = client.ask()
    with client.in_our_words():
        rows = api.billing.meters.list({"status": "active", "limit": 100}).auto_paging_iter()
        there = {one.event_name: str(one.id) for one in rows}
    found: dict[str, str] = {}
    for kind in kinds:
        name = METER + kind
        values = {
            "display_name": f"Cadeira {kind.replace('_', ' ')}",
            "event_name": name,
            "default_aggregation": {"formula": "sum"},
            "customer_mapping": {"event_payload_key": "stripe_customer_id", "type": "by_id"},
            "value_settings": {"event_payload_key": "value"},
        }
        found[kind] = there.get(name) or str(client.write_once("meter", name, values, api.billing.meters.create).id)
    return found
