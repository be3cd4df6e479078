"""BK-004: what the payment provider tells comes in by its signature, once, for the right salon."""

import json

from django.test import Client

from billing.payment_links import actions
from billing.payment_links.sandbox import SIGNATURE, sign
from config.env import env
from crm.bookings.deposits.actions import book_or_ask
from ops.salon import inside
from tests.bookings.deposits.conftest import Till

PATH = "/webhooks/payments/sandbox/"


def tell(news: dict[str, object], signature: str = "") -> int:
    """As the sandbox posts it."""
    body = json.dumps(news).encode()
    client = Client(headers={"host": env.public_host})
    answer = client.post(PATH, body, content_type="application/json", headers={SIGNATURE: signature or sign(body)})
    return answer.status_code


def test_news_by_webhook(till: Till) -> None:
    """BK-004: signed it books; unsigned, unreadable or of nobody it does nothing."""
    chair = till.line.chair
    with inside(chair.salon_id):
        booking = book_or_ask(chair.wanted(), by=chair.contact)
    till.tick()
    with inside(chair.salon_id):
        reference = actions.reference_of(till.link())
    news = {"id": "evt1", "reference": reference, "kind": "paid", "amount_minor": 4000}
    assert tell(news, "0" * 64) == 403
    for bad in ({"kind": "stolen"}, {"reference": "x"}, {"reference": "1.x"}):
        assert tell(news | bad) == 400
    assert tell(news | {"reference": f"999999.{reference.partition('.')[2]}"}) == 404
    assert chair.fresh(booking).state == "held"
    assert [tell(news), tell(news)] == [200, 200]
    till.tick()
    assert (chair.fresh(booking).state, chair.fresh(booking).deposit_state) == ("booked", "paid")
