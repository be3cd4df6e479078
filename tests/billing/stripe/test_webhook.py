"""I28: what is forged, stale, of somebody else or of another mode changes nothing; what is Stripe's is kept once."""

import json
from typing import Any

import pytest
from django.db import connection
from djstripe.models import Customer

from billing.gateways.stripe import client, drain
from billing.gateways.stripe.models import StripeDelivery
from billing.subscriptions import entitlement
from config.env import Env, env
from ops import clock
from ops.metrics import MONEY_TROUBLE
from tests.billing.stripe.conftest import JSON, World
from tests.world import Salons

EVENT: JSON = {
    "id": "evt_1", "object": "event", "type": "customer.subscription.updated", "livemode": False,
    "data": {"object": {"id": "sub_1", "object": "subscription", "customer": "cus_1"}},
}  # fmt: skip


def kept() -> list[tuple[str, str]]:
    return list(StripeDelivery.objects.values_list("event_id", "state"))


@pytest.mark.parametrize("secret", ["whsec_newest", "whsec_older"])
def test_i28_an_event_is_kept_once_by_either_secret(world: World, db: None, secret: str) -> None:
    assert [world.deliver(EVENT, secret=secret) for _ in range(2)] == [200, 200]
    assert kept() == [("evt_1", "pending")]


@pytest.mark.parametrize("secret", ["", "whsec_other"])
def test_i28_a_forged_event_is_refused(world: World, db: None, secret: str) -> None:
    assert world.deliver(EVENT, secret=secret) == 403
    assert kept() == []


@pytest.mark.parametrize("seconds", [-301, 301])
def test_i28_a_stale_event_is_refused(world: World, db: None, seconds: int) -> None:
    assert world.deliver(EVENT, at=int(clock.real().timestamp()) + seconds) == 403
    assert kept() == []


def test_i28_an_empty_secret_signs_nothing(world: World, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for secrets in ([], [""]):
        monkeypatch.setattr(env, "stripe_webhook_secrets", secrets)
        assert world.deliver(EVENT, secret="") == 403
    assert kept() == []


@pytest.mark.parametrize("name", ["stripe_secret_key", "stripe_webhook_secrets"])
def test_i28_nothing_starts_without_its_secrets(name: str) -> None:
    given: dict[str, Any] = {"demo": False, "stripe_webhook_secrets": ["whsec"], name: ""}
    assert Env(**given).missing() == [name.upper()]


@pytest.mark.parametrize("said", [{"livemode": True}, {"account": "acct_1Other"}])
def test_i28_another_mode_or_account_changes_nothing(subscribed: World, salons: Salons, said: JSON) -> None:
    before = entitlement.of(salons.aurora.pk).version
    subscribed.subscription()["status"] = "past_due"
    event = next(one for one in subscribed.happened() if one["type"] == "customer.subscription.updated")
    assert subscribed.deliver({**event, **said, "id": "evt_foreign"}) == 200
    drain.work()
    assert StripeDelivery.objects.get(event_id="evt_foreign").state == "ignored"
    assert entitlement.of(salons.aurora.pk).version == before


def test_i28_a_stranger_s_customer_changes_nothing(subscribed: World, salons: Salons) -> None:
    """Though its metadata names our salon."""
    before = entitlement.of(salons.aurora.pk).version
    subscribed.transport.request("post", "http://x/v1/customers", {"Authorization": f"Bearer {env.stripe_secret_key}"},
                                 f"metadata[salon]={salons.aurora.public_id}")  # fmt: skip
    subscribed.hear()
    assert StripeDelivery.objects.latest("pk").error == "no salon's customer"
    assert entitlement.of(salons.aurora.pk).version == before


def test_an_operator_is_told_of_a_dispute(subscribed: World, caplog: pytest.LogCaptureFixture) -> None:
    """FR-BL-005: nobody else would answer it in time."""
    charge = subscribed.book.all("charge")[0]["id"]
    dispute = {"id": "dp_1", "object": "dispute", "charge": charge, "amount": 19_900, "reason": "fraudulent"}
    told = MONEY_TROUBLE.labels("charge.dispute.created")
    before = told._value.get()
    assert subscribed.deliver({**EVENT, "type": "charge.dispute.created", "data": {"object": dispute}}) == 200
    drain.work()
    assert told._value.get() == before + 1
    assert f"dp_1 of charge {charge}" in caplog.text


def test_what_is_no_event_is_refused(world: World, db: None) -> None:
    body = json.dumps(EVENT).encode()
    assert world.post(body, world.events.signature(body, secret="whsec_newest"), "text/plain") == 415
    large = b"x" * (512 * 1024 + 1)
    assert world.post(large, world.events.signature(large, secret="whsec_newest")) == 413
    assert world.post(b"[]", world.events.signature(b"[]", secret="whsec_newest")) == 400
    assert kept() == []


def test_i26_no_key_stands_in_the_database(subscribed: World) -> None:
    Customer.sync_from_stripe_data(client.ask().customers.retrieve(subscribed.subscription()["customer"]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(k)::text FROM public.djstripe_apikey k")
        rows = [row[0] for row in cursor.fetchall()]
    assert len(rows) == 1 and env.stripe_secret_key not in rows[0] and '"fp_' in rows[0]
