"""What every test may ask for."""

import os
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from pytest_django import DjangoDbBlocker
from xdist.scheduler import LoadScopeScheduling

from billing.gateways.stripe import client
from tests.world import Browser, Salons, open_two_salons

pytest_plugins: list[str] = []
# No test is timed: on a busy machine the first of many examples takes what all others do together.
hypothesis.settings.register_profile(
    "suite", hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
)
hypothesis.settings.load_profile("suite")

# Invariants that ask the database of all tests, and no product of their own.
IN_THE_HOUSE = tuple(f"tests/invariants/test_{name}_" for name in ("i04", "i11_no", "i12", "i20", "i22", "i23"))


def share_of(nodeid: str) -> str:
    """What is run by one process: the tests that share a database, those of the browser, or a file that starts,
    starves and kills a whole product."""
    if nodeid.startswith("tests/browser/"):
        return "browser"
    if nodeid.startswith(("tests/invariants/", "tests/up/")) and not nodeid.startswith(IN_THE_HOUSE):
        return nodeid.partition("::")[0]
    return "house"


class Shares(LoadScopeScheduling):
    """For the two processes of `make test`: one takes the house, the other the browser, and the files go to whichever
    is free."""

    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Shares:
    """Asked by pytest-xdist."""
    return Shares(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The largest shares first, so that none is left to one process at the end."""
    order = ("house", "browser")
    items.sort(key=lambda item: order.index(share) if (share := share_of(item.nodeid)) in order else len(order))


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A fresh database with the public side; salons are opened from the template as in production."""
    # Two processes of one run have a database each.
    name = settings.DATABASES["default"]["TEST"]["NAME"] + os.environ.get("PYTEST_XDIST_WORKER", "")
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {name}")
        connections.close_all()
        connection.close_pool()  # type: ignore[attr-defined]
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
        call_command("migrate_schemas", schema_name="public", verbosity=0)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        connection.close_pool()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def salons(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Salons:
    """Two real schemas, made once: Aurora, and the other salon nothing may leak to."""
    with django_db_blocker.unblock():
        return open_two_salons()


@pytest.fixture
def alice(salons: Salons, db: None) -> Browser:
    """Owner of Aurora."""
    return Browser(salons.aurora, "alice@example.com")


@pytest.fixture
def bob(salons: Salons, db: None) -> Browser:
    """Receptionist of Aurora."""
    return Browser(salons.aurora, "bob@example.com")


@pytest.fixture
def vera(salons: Salons, db: None) -> Browser:
    """May only look, at Aurora."""
    return Browser(salons.aurora, "vera@example.com")


@pytest.fixture
def charlie(salons: Salons, db: None) -> Browser:
    """Owner of the other salon."""
    return Browser(salons.other, "charlie@example.com")


@pytest.fixture(scope="session", autouse=True)
def stripe_is_asked_once() -> None:
    """Where no sandbox stands in for it nobody answers, and a second try would only make every page wait."""
    client.RETRIES = 0  # type: ignore[misc]
