"""What was kept takes effect: dj-stripe copies the objects, then the salon gets what its subscriptions are now.

In a thread of its own: Stripe may take seconds to answer, and nothing else of the worker waits for it.
"""

import json
import logging
import threading
from datetime import timedelta
from typing import Any, Final

import stripe
from django.db import close_old_connections, transaction
from djstripe.models import Event

from billing.gateways.port import GatewayAway
from billing.gateways.stripe import refunds
from billing.gateways.stripe.models import StripeCustomer
from billing.gateways.stripe.reconciling import ask_those_due
from billing.gateways.stripe.settling import settle
from ops import claim, clock
from ops.metrics import MONEY_TROUBLE

log = logging.getLogger(__name__)

QUEUE: Final = claim.Queue("stripe_delivery", ("event_id", "kind", "customer", "raw"))
# Of one event. Longer than Stripe usually takes: whoever is slower finds that it was done twice, which is harmless.
LEASE = timedelta(seconds=30)
# While Stripe does not answer nothing is used up: no try counts.
AWAY = (GatewayAway, stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError)
AGAIN_AFTER = timedelta(seconds=15)

_free = threading.BoundedSemaphore(1)


def run() -> int:
    """Have a thread look for what is there, unless one does; returns at once."""
    if _free.acquire(blocking=False):
        try:
            threading.Thread(target=_work_and_leave, name="stripe", daemon=True).start()
        except RuntimeError:
            # No thread can be started now; the next bell tries again.
            _free.release()
            raise
    return 0


def work() -> int:
    """Do what is due, customer by customer in the order in which it came; how many."""
    done = 0
    try:
        while rows := claim.claim(QUEUE, limit=1, lease=LEASE):
            done += _one(rows[0])
    except AWAY as error:
        log.warning("Stripe is away: %s", type(error).__name__)
        return done
    return done + ask_those_due()


def _work_and_leave() -> None:
    try:
        work()
    except Exception:
        log.exception("Stripe's events could not be looked for")
    finally:
        close_old_connections()
        _free.release()


def _one(row: claim.Claimed) -> int:
    try:
        why_not = _take_effect(row)
    except AWAY:
        _later(row)
        raise
    except Exception as error:
        log.exception("event %s of Stripe's failed", row.values["event_id"])
        claim.retry(QUEUE, row, f"{type(error).__name__}: {error}")
        return 0
    try:
        with transaction.atomic():
            if why_not:
                ignored = "state = 'ignored', lease_until = NULL, error = %s"
                claim.advance(QUEUE, [row], assignments=ignored, params=[why_not])
            else:
                claim.finish(QUEUE, [row])
    except claim.LeaseLost:
        log.warning("event %s took longer than its lease", row.values["event_id"])
    return 1


def _tell_operator(kind: str, event: dict[str, Any]) -> None:
    """What somebody has to look at, who is no salon's owner: an error in the log, and a figure to be alerted by."""
    said = event["data"]["object"]
    if kind.startswith("billing.meter"):
        log.error("Stripe could not count use: %s", json.dumps(event["data"])[:2000])
    elif kind == "charge.dispute.created":
        log.error(
            "a payment is disputed: %s of charge %s, %s %s, because %s; answer at Stripe until %s",
            *(said.get(name) for name in ("id", "charge", "amount", "currency", "reason")),
            (said.get("evidence_details") or {}).get("due_by"),
        )
    else:
        return
    MONEY_TROUBLE.labels(kind).inc()


def _later(row: claim.Claimed) -> None:
    try:
        claim.release(QUEUE, [row], due_at=clock.real() + AGAIN_AFTER)
    except claim.LeaseLost:
        log.warning("event %s took longer than its lease", row.values["event_id"])


def _take_effect(row: claim.Claimed) -> str:
    """Why it is none of ours; empty where it took effect."""
    event: dict[str, Any] = json.loads(bytes(row.values["raw"]))
    ref = row.values["customer"] or refunds.customer_of(event)
    _tell_operator(row.values["kind"], event)
    if not ref or not StripeCustomer.objects.filter(ref=ref).exists():
        return "no salon's customer"
    copied: Exception | None = None
    try:
        Event.process(event)
        refunds.note(event)
    except Exception as error:
        # A copy that fails is tried again; what the salon has does not wait for it.
        copied = error
    settle(ref)
    if copied is not None:
        raise copied
    return ""
