"""What every test may ask for."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from pytest_django import DjangoDbBlocker
from xdist.scheduler import LoadScopeScheduling

from tests.world import Browser, Salons, open_two_salons

pytest_plugins: list[str] = []


class TwoGroups(LoadScopeScheduling):
    """For the two processes of `make test`: tests that watch whole products wait most of the time; all others share a
    database, and one process has it alone."""

    def _split_scope(self, nodeid: str) -> str:
        return "products" if nodeid.startswith(("tests/browser/", "tests/invariants/")) else "house"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> TwoGroups:
    """Asked by pytest-xdist."""
    return TwoGroups(config, log)


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
