"""FR-BL-001: two requests of one salon that would buy twice go one after the other; who waits too long is told so."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from billing.gateways.port import GatewayAway
from billing.gateways.stripe import alone as alones
from billing.gateways.stripe.alone import alone
from config.env import env
from tests.world import Salons


@pytest.fixture
def other_request(salons: Salons, db: None) -> Iterator[psycopg.Connection]:
    """One that has begun before."""
    with psycopg.connect(env.database_url, dbname=connection.settings_dict["NAME"], autocommit=True) as other:
        other.execute(f"SELECT pg_advisory_lock({alones._LOCK})", [salons.aurora.pk])
        yield other


def test_who_waits_too_long_is_refused(
    other_request: psycopg.Connection, salons: Salons, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alones, "WAIT_MS", 10)
    with pytest.raises(GatewayAway), alone(salons.aurora.pk):
        raise AssertionError("not alone")
    with alone(salons.other.pk):
        pass


def test_it_lets_go_and_leaves_the_time_out_as_it_was(
    other_request: psycopg.Connection, salons: Salons, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_request.execute("SELECT pg_advisory_unlock_all()")
    with pytest.raises(ZeroDivisionError), alone(salons.aurora.pk):
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("0",)
        raise ZeroDivisionError
    taken = other_request.execute(f"SELECT pg_try_advisory_lock({alones._LOCK})", [salons.aurora.pk]).fetchone()
    assert taken == (True,)
