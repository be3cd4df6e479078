"""FR-BL-001: who goes to Checkout twice does not buy twice."""

import psycopg
import pytest
from django.db import connection

from billing.gateways.port import GatewayRefused
from billing.gateways.stripe import alone, drain
from billing.gateways.stripe.gateway import StripeGateway
from billing.subscriptions import entitlement
from sandbox.stripe import checkout, invoices
from sandbox.stripe.clockwork import paid
from tests.billing.stripe.conftest import World
from tests.world import Salons

URLS = ("http://aurora/ok", "http://aurora/no")


def test_a_boleto_that_is_on_its_way_is_paid_and_not_a_second_one(
    sold: World, salons: Salons, gateway: StripeGateway
) -> None:
    salon_id, book = salons.aurora.pk, sold.book
    page = gateway.checkout(salon_id, "pro", "month", *URLS)
    checkout.promise(book, book.get("checkout.session", page.rpartition("/")[2]), "boleto", {})
    again = gateway.checkout(salon_id, "pro", "month", *URLS)
    invoice = book.get("invoice", sold.subscription()["latest_invoice"])
    assert again == invoice["hosted_invoice_url"]
    with pytest.raises(GatewayRefused) as refused:
        gateway.checkout(salon_id, "agency", "month", *URLS)
    assert refused.value.field == "plan"
    assert len(book.all("checkout.session")) == 1
    invoices.mark_paid(book, invoice)
    paid(book, sold.subscription())
    sold.settle()
    assert entitlement.of(salon_id).plan_version.plan.code == "pro"
    assert len(book.all("subscription")) == 1


def test_a_voucher_that_ran_out_is_in_nobodys_way(sold: World, salons: Salons, gateway: StripeGateway) -> None:
    page = gateway.checkout(salons.aurora.pk, "pro", "month", *URLS)
    checkout.promise(sold.book, sold.book.get("checkout.session", page.rpartition("/")[2]), "boleto", {})
    sold.skip(1.1)
    assert "/checkout/" in gateway.checkout(salons.aurora.pk, "agency", "month", *URLS)


def test_two_at_once_wait_for_each_other(sold: World, salons: Salons, gateway: StripeGateway) -> None:
    free: list[bool] = []

    def meanwhile(method: str, path: str) -> None:
        if path == "/v1/checkout/sessions":
            free.append(is_free(salons.aurora.pk))

    sold.transport.meanwhile = meanwhile
    gateway.checkout(salons.aurora.pk, "pro", "month", *URLS)
    assert free and not any(free)
    assert is_free(salons.aurora.pk)


def is_free(salon_id: int) -> bool:
    """Whether another connection could begin."""
    params = connection.get_connection_params()
    params.pop("cursor_factory", None), params.pop("context", None)
    with psycopg.connect(**params) as other:
        row = other.execute(f"SELECT pg_try_advisory_lock({alone._LOCK})".encode(), [salon_id]).fetchone()
        return bool(row and row[0])


def test_a_thread_that_cannot_be_started_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_thread: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("threading.Thread.start", fail)
    for _time in range(2):
        with pytest.raises(RuntimeError):
            drain.run()
