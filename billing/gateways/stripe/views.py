"""`POST /webhooks/stripe/`: verify, keep as it came, answer; what it means is worked out afterwards (drain)."""

import json
from typing import Any, Final

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.gateways.stripe.signature import is_signed
from config.env import env
from ops import clock
from ops.bell import ring

MOST_BYTES: Final = 512 * 1024


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """200 kept (once, however often it is told); 403 with an empty body: not signed by Stripe, or too old; 413; 415."""
    if request.content_type != "application/json":
        return HttpResponse(status=415)
    if _declared(request) > MOST_BYTES or len(body := request.body) > MOST_BYTES:
        return HttpResponse(status=413)
    header = request.headers.get("Stripe-Signature", "")
    if not is_signed(body, header, env.stripe_webhook_secrets, now=clock.real().timestamp()):
        return HttpResponse(status=403)
    try:
        event = json.loads(body)
        event_id, kind = str(event["id"]), str(event["type"])
        data = event["data"]["object"] if event.get("object") == "event" else {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return HttpResponse(status=400)
    if not 0 < len(event_id) <= 120 or len(kind) > 120 or not isinstance(data, dict):
        return HttpResponse(status=400)
    keep(event_id, kind, customer_of(data), not_ours(event), body)
    return HttpResponse(status=200)


def customer_of(data: dict[str, Any]) -> str:
    """The customer that the object of an event is, or belongs to; empty where it names none."""
    said = data.get("id") if data.get("object") == "customer" else data.get("customer")
    pk = said.get("id") if isinstance(said, dict) else said
    return pk if isinstance(pk, str) and len(pk) <= 80 else ""


def not_ours(event: dict[str, Any]) -> str:
    """Why an event of Stripe's is none of ours; empty where it is."""
    if bool(event.get("livemode")) != env.stripe_is_live:
        return "of live mode, the key is of test mode" if event.get("livemode") else "of test mode, the key is live"
    # Events of the account itself name none; we have no connected accounts.
    if event.get("account"):
        return "of another account"
    return "" if event.get("object") == "event" else "no event of API version 1"


def _declared(request: HttpRequest) -> int:
    said = request.headers.get("Content-Length", "")
    return int(said) if said.isdecimal() and len(said) < 12 else 0


def keep(event_id: str, kind: str, customer: str, why_not: str, body: bytes) -> bool:
    """Write an event down as it came; whether it is new."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.stripe_delivery "
            "(event_id, kind, order_key, customer, raw, received_at, state, due_at, fence, attempts, error) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0, 0, %s) ON CONFLICT (event_id) DO NOTHING",
            [
                *(event_id, kind, customer or event_id, customer, body, clock.real()),
                *("ignored" if why_not else "pending", clock.real(), why_not),
            ],
        )
        is_new = bool(cursor.rowcount)
        if is_new and not why_not:
            transaction.on_commit(lambda: ring("stripe"))
    return is_new
