"""What no event told: each customer is asked for once a day, and the events of the last days are looked through."""

import json
import logging
from datetime import timedelta
from typing import Any, Final

from django.db import connection

from billing.gateways.port import GatewayAway, GatewayRefused
from billing.gateways.stripe import client
from billing.gateways.stripe.settling import plain, settle
from config.env import env
from ops import clock
from ops.bell import ring

log = logging.getLogger(__name__)

AT_ONCE = 20
AGAIN_AFTER = timedelta(hours=1)
LOOK_BACK: Final = timedelta(days=3)
MOST_EVENTS = 5_000


def ask_those_due() -> int:
    """Ask for the customers that nobody asked for since a day; how many."""
    if not env.stripe_secret_key:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.stripe_customer SET next_ask_at = %s WHERE id IN (SELECT id FROM public.stripe_customer "
            "WHERE ref <> '' AND next_ask_at <= %s ORDER BY next_ask_at LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING ref",
            [clock.now() + AGAIN_AFTER, clock.now(), AT_ONCE],
        )
        refs = [row[0] for row in cursor.fetchall()]
    for ref in refs:
        try:
            if settle(ref):
                log.warning("Stripe knew more of %s than its events told", ref)
        except GatewayRefused as error:
            log.warning("Stripe was asked for %s in vain: %s", ref, error)
        except GatewayAway as error:
            log.warning("Stripe is away: %s", error)
            break
        except Exception:
            # One that cannot be settled keeps nobody else from being asked for.
            log.exception("Stripe's customer %s could not be settled", ref)
    return len(refs)


def catch_up() -> int:
    """Keep the events of the last days that were never told to us; how many. Raises the port's errors."""
    from billing.gateways.stripe.views import customer_of, keep, not_ours

    new = 0
    asked = {"created": {"gte": int((clock.now() - LOOK_BACK).timestamp())}, "limit": 100}
    with client.in_our_words():
        for seen, one in enumerate(client.ask().events.list(asked).auto_paging_iter()):
            if seen >= MOST_EVENTS:
                break
            event: dict[str, Any] = plain(one)
            customer = customer_of(event["data"]["object"])
            # Some name no customer: disputes, and what meters could not count.
            if not not_ours(event):
                new += keep(event["id"], event["type"], customer, "", json.dumps(event).encode())
    if new:
        log.warning("%d events of Stripe's had not been told", new)
        ring("stripe")
    return new
