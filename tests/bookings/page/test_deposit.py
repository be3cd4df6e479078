"""BK-003, BK-004: where the salon wants a deposit, the page waits for it."""

from collections.abc import Iterator

import pytest

from billing.payment_links import actions, providers
from billing.payment_links.models import PaymentLink
from billing.payment_links.port import News
from config.env import env
from crm.bookings.models import BookingPolicy
from ops.eventqueue import handling
from ops.salon import inside
from ops.timers import calls
from tests.bookings.deposits.conftest import Remembered
from tests.bookings.page.conftest import Visitor, text_of


@pytest.fixture
def paying(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    """Half of the price, always."""
    provider = Remembered()
    monkeypatch.setitem(providers.PROVIDERS, provider.kind, provider)
    monkeypatch.setattr(env, "payment_links", provider.kind)
    with inside(visitor.chair.salon_id):
        BookingPolicy.objects.update(
            deposit={"when": "always", "kind": "percent", "value": 50}, payment_minutes=60
        )  # fmt: skip
    yield visitor


def tick(visitor: Visitor) -> None:
    for _ in range(3):
        visitor.tick()
        calls.work()
        while handling.run():
            pass


def test_the_page_waits_for_the_deposit(paying: Visitor) -> None:
    """BK-004: the code proves the phone, the payment books; then the link goes to the phone."""
    manage = paying.held()
    answer = paying.client.post(f"{manage}code/", {"code": paying.code(), "lang": "en"})
    page = text_of(paying.client.get(answer["Location"]))
    assert "One step left: the deposit" in page
    assert "R$ 40" in page
    assert paying.client.get(f"{manage}visit.ics").status_code == 404
    before = paying.client.get(f"{manage}stage/").json()["stage"]
    tick(paying)
    assert paying.client.get(f"{manage}stage/").json()["stage"] != before
    with inside(paying.chair.salon_id):
        link = PaymentLink.objects.get()
    assert link.url in text_of(paying.see(manage))
    with inside(paying.chair.salon_id):
        actions.hear(link.public_id, News("evt1", "", "paid"))
    tick(paying)
    assert paying.booking().state == "booked"
    assert "Your visit at Aurora" in text_of(paying.see(manage))
    assert sum("/book/manage/" in one.text for one in paying.messages()) == 1


def test_a_guest_who_writes_is_told_of_it(paying: Visitor) -> None:
    """BK-004: twice is once."""
    manage = paying.held()
    word = text_of(paying.see(manage)).split("Confirm%20")[1][:6]
    for _ in range(2):
        paying.says(f"Confirm {word}")
    assert "deposit" in paying.messages()[-1].text
    assert paying.booking().deposit_state == "due"
    with inside(paying.chair.salon_id):
        assert PaymentLink.objects.count() == 1
