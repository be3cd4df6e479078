"""The sandbox's Stripe in this process: the official SDK asks it as it asks Stripe, and no port is opened."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import stripe
from django.test import Client

from billing.gateways.stripe import catalogue, drain
from billing.gateways.stripe.gateway import StripeGateway
from billing.gateways.stripe.settling import settle
from config.env import env
from ops import clock
from sandbox.asgi import Call
from sandbox.clock import Clock
from sandbox.settings import read_settings
from sandbox.stripe import checkout
from sandbox.stripe.book import Book, as_shown
from sandbox.stripe.clockwork import Clockwork
from sandbox.stripe.errors import StripeError
from sandbox.stripe.events import Events
from sandbox.stripe.router import Api
from tests.world import Salons

WEBHOOK = "/webhooks/stripe/"
JSON = dict[str, Any]


class InProcess(stripe.HTTPClient):
    """The SDK's way to the sandbox."""

    name = "in process"

    def __init__(self, stripe_world: "World") -> None:
        super().__init__()
        self.world = stripe_world
        # Called before each answer: what else happens while we wait for it.
        self.meanwhile: Callable[[str, str], None] = lambda _method, _path: None

    def request(  # type: ignore[override]
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[str, int, dict[str, str]]:
        """One request."""
        parts = urlsplit(url)
        self.meanwhile(method, path := parts.path.removeprefix("/stripe"))
        raw = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        scope = {"method": method.upper(), "path": path, "query_string": parts.query.encode(), "headers": raw}
        call: Any = Call(scope, None, None)  # type: ignore[arg-type]
        try:
            status, answer = self.world.api._once(call, path, post_data or "", (env.stripe_secret_key,))
        except StripeError as error:
            status, answer = error.status, error.body
        return json.dumps(answer), status, {"request-id": "req_test"}

    def close(self) -> None:
        """Nothing is open."""


class World:
    """One account of Stripe's, and what the product hears of it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.book = Book(self.clock)
        self.events = Events(self.book, read_settings({}))
        self.book.listener = self.events.note
        self.api = Api(self.book)
        self.transport = InProcess(self)
        self.told: set[str] = set()

    def happened(self) -> list[JSON]:
        """All events, oldest first."""
        return [as_shown(one) for one in self.book.all("event")]

    def deliver(self, event: JSON, *, secret: str = "whsec_newest", **more: Any) -> int:
        """Tell it to the product; the status of the answer."""
        body = json.dumps(event).encode()
        return self.post(body, self.events.signature(body, secret=secret, **more))

    def post(self, body: bytes, signature: str, content_type: str = "application/json") -> int:
        """The same with a signature of one's own."""
        headers = {"host": env.public_host, "Stripe-Signature": signature}
        return Client(headers=headers).post(WEBHOOK, body, content_type=content_type).status_code

    def settle(self) -> None:
        """As hear, without dj-stripe's copies of all that happened, which take most of the time."""
        self.told |= {one["id"] for one in self.happened()}
        settle(self.subscription()["customer"])

    def hear(self) -> None:
        """Everything that was not told yet is told, and takes effect."""
        for event in self.happened():
            if event["id"] not in self.told:
                self.told.add(event["id"])
                assert self.deliver(event) == 200
        drain.work()

    def skip(self, days: float) -> None:
        """So much later, on both sides."""
        clock._offset += timedelta(days=days)
        self.clock.offset_s = clock._offset.total_seconds()
        Clockwork(self.book).look()

    def pay(self, url: str, card: str = "4242424242424242") -> None:
        """Finish a Checkout page."""
        checkout.finish(self.book, self.book.get("checkout.session", url.rpartition("/")[2]), {"card": card})

    def subscription(self) -> JSON:
        """The newest."""
        return self.book.all("subscription")[-1]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A Stripe in which nothing has happened, and it is now."""
    made = World()
    monkeypatch.setattr(clock, "_offset", timedelta(0))
    monkeypatch.setattr(stripe, "default_http_client", made.transport)
    yield made


_published: JSON = {}


@pytest.fixture
def sold(world: World, db: None) -> World:
    """Our plans are sold there."""
    if not _published:
        catalogue.publish()
        _published.update(copy.deepcopy(world.book.kinds))
    world.book.kinds = copy.deepcopy(_published)
    return world


@pytest.fixture
def gateway() -> StripeGateway:
    return StripeGateway()


@pytest.fixture
def subscribed(sold: World, salons: Salons, gateway: StripeGateway) -> World:
    """Aurora pays for Pro."""
    sold.pay(gateway.checkout(salons.aurora.pk, "pro", "month", "http://aurora/ok", "http://aurora/no"))
    sold.settle()
    return sold
