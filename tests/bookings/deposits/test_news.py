"""BK-004: what the payment provider tells comes in by its signature, once, for the right salon."""

import json

import pytest
from django.test import Client

from billing.payment_links import actions
from billing.payment_links.models import PaymentLink
from billing.payment_links.port import Refused, Unavailable
from billing.payment_links.sandbox import SIGNATURE, sign
from config.env import env
from crm.bookings.actions import states
from crm.bookings.deposits.actions import book_or_ask
from ops.events.models import Event
from ops.salon import inside
from tenants.alerts.models import Alert
from tests.bookings.deposits.conftest import Till

PATH = "/webhooks/payments/sandbox/"


def tell(news: dict[str, object], signature: str = "") -> int:
    """As the sandbox posts it."""
    body = json.dumps(news).encode()
    client = Client(headers={"host": env.public_host})
    answer = client.post(PATH, body, content_type="application/json", headers={SIGNATURE: signature or sign(body)})
    return answer.status_code


def test_news_by_webhook(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """BK-004: signed it books; unsigned, unreadable, of nobody or of another amount it does nothing."""
    monkeypatch.setattr(env, "meta_app_secrets", ["s" * 32])
    chair = till.line.chair
    with inside(chair.salon_id):
        booking = book_or_ask(chair.wanted(), by=chair.contact)
    till.tick()
    with inside(chair.salon_id):
        reference = actions.reference_of(till.link())
    news = {"id": "evt1", "reference": reference, "kind": "paid", "amount_minor": 4000}
    monkeypatch.setattr(env, "demo", False)
    assert tell(news) == 404
    monkeypatch.setattr(env, "payment_links", "sandbox")
    assert tell(news) == 404
    with inside(chair.salon_id):
        PaymentLink.objects.update(provider="sandbox")
    assert tell(news, "0" * 64) == 403
    monkeypatch.setattr(env, "meta_app_secrets", [])
    assert tell(news) == 403
    monkeypatch.setattr(env, "meta_app_secrets", ["s" * 32])
    assert tell(news | {"id": "evt0", "amount_minor": 1}) == 200
    assert till.link().state == "open"
    with inside(chair.salon_id):
        assert Alert.objects.filter(kind="payments").count() == 1
    for bad in ({"kind": "stolen"}, {"reference": "x"}, {"reference": "1.x"}):
        assert tell(news | bad) == 400
    assert tell(news | {"reference": f"999999.{reference.partition('.')[2]}"}) == 404
    assert chair.fresh(booking).state == "held"
    assert [tell(news), tell(news)] == [200, 200]
    till.tick()
    assert (chair.fresh(booking).state, chair.fresh(booking).deposit_state) == ("booked", "paid")


def test_a_provider_that_is_away(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """BK-004: it is asked on for hours; what it does not give back somebody is told of."""
    chair, away = till.line.chair, Unavailable("status 503")

    async def fails(*_: object) -> None:
        raise away

    with inside(chair.salon_id):
        booking = book_or_ask(chair.wanted(), by=chair.contact)
    till.tick()
    till.hear("paid")
    works = till.provider.refund
    monkeypatch.setattr(till.provider, "refund", fails)
    with inside(chair.salon_id):
        states.cancel(chair.fresh(booking), by=None)
    for _ in range(14):
        till.tick()
        till.line.later(minutes=61)
    assert till.link().state == "refunding"
    monkeypatch.setattr(till.provider, "refund", works)
    till.tick()
    assert till.link().state == "refunded"


def test_a_refund_that_is_refused(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """BK-004: not in silence."""
    chair = till.line.chair

    async def refuses(*_: object) -> None:
        raise Refused("too old")

    with inside(chair.salon_id):
        booking = book_or_ask(chair.wanted(), by=chair.contact)
    till.tick()
    till.hear("paid")
    monkeypatch.setattr(till.provider, "refund", refuses)
    with inside(chair.salon_id):
        states.cancel(chair.fresh(booking), by=None)
    till.tick()
    with inside(chair.salon_id):
        assert till.link().error == "too old"
        assert Alert.objects.filter(kind="payments").count() == 1
        assert Event.objects.filter(kind="payment_link.refund_refused").count() == 1
