"""A sandbox of its own with the official SDK on one side and whoever hears its webhooks on the other."""

import http.client
import queue
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import start_process
from tests.sandbox.outside import WITHIN_S, Client, Receiver

KEY, SECRET = "sk_test_outside", "whsec_outside"
DAY_S = 86_400
MONTHLY = {"interval": "month"}


class Hearer:
    """Where the product would hear: every event is read by the SDK, so its signature is right."""

    def __init__(self) -> None:
        self.events: queue.Queue[stripe.Event] = queue.Queue()
        self.refuse = 0
        hearer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                event = stripe.Webhook.construct_event(body, self.headers["Stripe-Signature"], SECRET)  # type: ignore[no-untyped-call]
                hearer.refuse -= 1
                if hearer.refuse < 0:
                    hearer.events.put(event)
                self.send_response(200 if hearer.refuse < 0 else 503)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Silence."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/webhooks/stripe/"

    def until(self, kind: str) -> stripe.Event:
        """The next event of this type."""
        return self._next(lambda event: event.type == kind)

    def about(self, pk: str) -> stripe.Event:
        """The next event of this object; what others were told late passes by."""
        return self._next(lambda event: event.data.object["id"] == pk)

    def _next(self, is_it: Callable[[stripe.Event], bool]) -> stripe.Event:
        ends = time.monotonic() + WITHIN_S
        while True:
            event = self.events.get(timeout=max(ends - time.monotonic(), 0.01))
            if is_it(event):
                return event


class Shop:
    """What tests ask: the SDK, the hosted pages, the clock."""

    def __init__(self, client: Client, hearer: Hearer) -> None:
        self.client, self.hearer = client, hearer
        base = f"http://127.0.0.1:{client.port}/stripe"
        self.v1 = stripe.StripeClient(KEY, base_addresses={"api": base}, max_network_retries=0).v1

    def skip(self, days: float, hours: float = 0) -> None:
        """So long after now."""
        assert self.client.control("clock", {"offset_s": days * DAY_S + hours * 3600})[0] == 200

    def press(self, url: str, **form: str) -> tuple[int, str, str]:
        """Send a hosted page's form: status, page, where to."""
        connection = http.client.HTTPConnection("127.0.0.1", self.client.port, timeout=WITHIN_S)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/" + url.split("/", 3)[3], urllib.parse.urlencode(form), headers)
        answer = connection.getresponse()
        found = answer.status, answer.read().decode(), answer.headers.get("location", "")
        connection.close()
        return found

    def price(self, name: str, minor: int, **more: Any) -> stripe.Price:
        """Of a product of its own."""
        product = self.v1.products.create({"name": name})
        recurring = more.pop("recurring", MONTHLY)
        values: Any = {"product": product.id, "currency": "brl", "unit_amount": minor, "recurring": recurring, **more}
        return self.v1.prices.create(values)

    def subscribed(self, *prices: stripe.Price, card: str = "pm_card_visa") -> stripe.Subscription:
        """A customer who pays for these by this card."""
        customer = self.v1.customers.create({"email": "owner@aurora.example"})
        method = self.v1.payment_methods.attach(card, {"customer": customer.id})
        items: Any = [{"price": price.id} for price in prices]
        return self.v1.subscriptions.create(
            {"customer": customer.id, "items": items, "default_payment_method": method.id}
        )


@pytest.fixture(scope="package")
def _shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    hearer, receiver = Hearer(), Receiver()
    process, client = start_process(
        tmp_path_factory.mktemp("stripe") / "state.json", receiver,
        SANDBOX_STRIPE_URL=hearer.url, STRIPE_SECRET_KEY=KEY, STRIPE_WEBHOOK_SECRETS=f"{SECRET},whsec_older",
    )  # fmt: skip
    yield Shop(client, hearer)
    process.terminate()
    process.wait(WITHIN_S)
    hearer.server.shutdown()
    receiver.server.shutdown()


@pytest.fixture
def shop(_shop: Shop) -> Shop:
    """Nothing has happened, and it is now."""
    _shop.client.control("stripe", {"forget": True, "copies": 1, "shuffle": False, "silent": False})
    _shop.skip(0)
    _shop.hearer.events = queue.Queue()
    _shop.hearer.refuse = 0
    return _shop


def read(url: str) -> bytes:
    """GET."""
    with urllib.request.urlopen(url) as answer:
        return bytes(answer.read())
