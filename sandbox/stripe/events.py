"""Events and their signed webhooks (https://docs.stripe.com/webhooks/signature): told until the product answers 2xx."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import secrets
import time

import aiohttp

from sandbox import log
from sandbox.asgi import JSON
from sandbox.settings import Settings
from sandbox.stripe.book import ACCOUNT, API_VERSION, Book, as_shown

PAUSES_S = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
TRIES = 400
# What our endpoint is subscribed to; the rest is only in GET /v1/events.
TOLD = (
    "checkout.session.",
    "customer.",
    "invoice.",
    "payment_method.",
    "charge.refunded",
    "charge.dispute.created",
    "subscription_schedule.",
    "billing.meter.error_report_triggered",
)


class Events:
    """The log of what happened, and who is told."""

    def __init__(self, book: Book, settings: Settings) -> None:
        self._book, self._settings = book, settings
        self._tasks: set[asyncio.Task[None]] = set()
        # Test settings: each event this often, in another order than it happened, or not at all.
        self.copies = 1
        self.shuffled = False
        self.silent = False
        self._held: list[JSON] = []

    def note(self, kind: str, about: JSON, before: JSON | None) -> None:
        """Write an event, and tell who is subscribed to it."""
        data: JSON = {"object": as_shown(about)}
        if before is not None:
            data["previous_attributes"] = before
        event = self._book.add(
            "event",
            {
                "account": None,
                "api_version": API_VERSION,
                "context": None,
                "data": data,
                "pending_webhooks": 1,
                "request": {"id": None, "idempotency_key": None},
                "type": kind,
            },
        )
        # Events of the platform's own account name no account (only connected ones do).
        del event["account"], event["context"]
        if kind.startswith(TOLD) and not self.silent:
            self.tell(event)

    def tell(self, event: JSON) -> None:
        """Tell the product, again and again until it has heard."""
        if not self._settings.stripe_url:
            return
        if self.shuffled:
            self._held.append(event)
            return
        for _ in range(self.copies):
            self._begin(event)

    def let_go(self) -> None:
        """Tell what was held back, in a random order."""
        held, self._held = self._held, []
        for event in sorted(held, key=lambda _event: secrets.randbits(32)):
            for _ in range(self.copies):
                self._begin(event)

    def signature(self, body: bytes, *, at: int | None = None, secret: str | None = None) -> str:
        """The Stripe-Signature of a body. Its time is the machine's: the receiver judges how old it is."""
        stamp = int(time.time()) if at is None else at
        key = (self._settings.stripe_webhook_secret if secret is None else secret).encode()
        mac = hmac.new(key, b"%d." % stamp + body, hashlib.sha256).hexdigest()
        return f"t={stamp},v1={mac}"

    def _begin(self, event: JSON) -> None:
        with contextlib.suppress(RuntimeError):  # no loop: a test that tells nobody
            task = asyncio.get_running_loop().create_task(self._post(event))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _post(self, event: JSON) -> None:
        body = json.dumps(as_shown(event), separators=(",", ":")).encode()
        for tries in range(TRIES):
            await asyncio.sleep(PAUSES_S[min(tries, len(PAUSES_S) - 1)])
            headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": self.signature(body)}
            if self._settings.stripe_host:
                headers["Host"] = self._settings.stripe_host
            try:
                timeout = aiohttp.ClientTimeout(total=20)
                async with (
                    aiohttp.ClientSession(timeout=timeout) as session,
                    session.post(self._settings.stripe_url, data=body, headers=headers) as answer,
                ):
                    if 200 <= answer.status < 300:
                        event["pending_webhooks"] = 0
                        return
            except (aiohttp.ClientError, TimeoutError) as problem:
                log.error("stripe.not_told", why=repr(problem))
        log.error("stripe.given_up", id=event["id"])


def account() -> JSON:
    """GET /v1/account."""
    return {
        "id": ACCOUNT,
        "object": "account",
        "business_profile": {"name": "Cadeira", "url": None, "support_email": None},
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "BR",
        "created": 1_767_225_600,
        "default_currency": "brl",
        "details_submitted": True,
        "email": "sandbox@cadeira.example",
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/accounts/{ACCOUNT}/external_accounts",
        },
        "metadata": {},
        "payouts_enabled": True,
        "settings": {
            "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
            "dashboard": {"display_name": "Cadeira", "timezone": "America/Sao_Paulo"},
            "payments": {"statement_descriptor": "CADEIRA"},
        },
        "type": "standard",
    }
