"""Asking Stripe what a customer has, and letting it take effect.

Whatever woke us up, the answer counts: events may come twice, in any order, or not at all. Who asked last is right: an
answer is written only while nobody has asked again since.
"""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import stripe
from django.db import connection, transaction

from billing.gateways.port import GatewayRefused
from billing.gateways.stripe import client
from billing.gateways.stripe.entitlement import LIVING, entitlement_of, nothing, sold_by
from billing.gateways.stripe.models import StripeCustomer
from billing.gateways.stripe.prices import sold_as
from billing.metering import last_bills
from billing.plans.names import FREE
from billing.subscriptions import entitlement as entitlements
from billing.subscriptions.states import State
from config.env import env
from ops import clock
from tenants.salons.models import Salon

log = logging.getLogger(__name__)

ASK_EVERY: Final = timedelta(days=1)


def settle(ref: str) -> bool:
    """Ask for a customer's subscriptions and give the salon what they are; whether anything changed.

    Raises the port's errors. A customer that is no salon's changes nothing.
    """
    turn = _begin(ref)
    if turn is None:
        return False
    asked_at = clock.real()
    found = fetch(ref)
    with transaction.atomic():
        customer = StripeCustomer.objects.select_for_update().filter(ref=ref).first()
        if customer is None or customer.turn != turn:
            return False  # whoever asked after us knows more
        given = nothing(ref) if found is None else entitlement_of(ref, found, sold_as)
        salon = Salon.objects.filter(pk=customer.salon_id).exclude(state=Salon.State.CLOSED).first()
        changed = False
        if found is None and salon is not None:
            _note_lost(salon.pk)
        if given is not None and salon is not None and not _is_elsewhere(salon.pk, given):
            changed = entitlements.apply(salon.pk, given, at=asked_at)
        _note_ends(customer.salon_id, found or [])
        customer.asked_at = clock.now()
        customer.next_ask_at = customer.asked_at + ASK_EVERY
        customer.said = f"{given.plan} {given.state}" if given else "no subscription"
        if found is None:
            # Deleted at Stripe: the next one is made anew.
            customer.ref, customer.generation = "", customer.generation + 1
        customer.save(update_fields=["asked_at", "next_ask_at", "said", "ref", "generation"])
    if salon is None and found:
        _end(found)
    return changed


def fetch(ref: str) -> list[dict[str, Any]] | None:
    """All subscriptions of a customer as Stripe shows them now; None: there is no such customer any more."""
    try:
        with client.in_our_words():
            customer = client.ask().customers.retrieve(ref)
            if getattr(customer, "deleted", False):
                return None
            asked = {"customer": ref, "status": "all", "limit": 100, "expand": ["data.schedule"]}
            rows = [plain(one) for one in client.ask().subscriptions.list(asked).auto_paging_iter()]
    except GatewayRefused as error:
        if client.is_missing(error.__cause__):
            return None
        raise
    return [one for one in rows if one["customer"] == ref and bool(one["livemode"]) == env.stripe_is_live]


def plain(value: Any) -> dict[str, Any]:
    """What the SDK gives, as JSON."""
    return dict(json.loads(str(value)))


def _note_ends(salon_id: int, subscriptions: list[dict[str, Any]]) -> None:
    """What was used in those that are over is billed to the end."""
    for one in subscriptions:
        if one["status"] == "canceled" and one.get("ended_at") and sold_by(one, sold_as) is not None:
            begun_at, ended_at = (datetime.fromtimestamp(int(one[name]), UTC) for name in ("start_date", "ended_at"))
            last_bills.ended(salon_id, str(one["id"]), begun_at, ended_at)


def _note_lost(salon_id: int) -> None:
    """The customer was deleted, and what was used in the running period can be billed to nobody: an operator hears of
    it from the last bill that cannot be made."""
    row = entitlements.of(salon_id)
    if row.subscription_ref and row.period_starts_at and row.state != State.CANCELED:
        last_bills.ended(salon_id, row.subscription_ref, row.period_starts_at, clock.now())


def _is_elsewhere(salon_id: int, given: entitlements.Entitlement) -> bool:
    """Whether it is an end of long ago: the salon was given a plan since that nobody bills."""
    row = entitlements.of(salon_id)
    is_given = row.pk is not None and not row.subscription_ref and row.plan_version.plan.code != FREE
    return given.state == State.CANCELED and is_given and row.standing in (State.ACTIVE, State.PAUSED)


def _begin(ref: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE public.stripe_customer SET turn = turn + 1 WHERE ref = %s RETURNING turn", [ref])
        row = cursor.fetchone() if ref else None
    return int(row[0]) if row else None


def _end(subscriptions: list[dict[str, Any]]) -> None:
    """A salon that is gone pays no more."""
    for one in subscriptions:
        if one["status"] in LIVING:
            log.warning("ending subscription %s: its salon is closed", one["id"])
            try:
                with client.in_our_words():
                    client.ask().subscriptions.cancel(one["id"])
            except GatewayRefused as error:
                if not isinstance(error.__cause__, stripe.InvalidRequestError):
                    raise
