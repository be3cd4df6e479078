"""What the tests of accounts stand on."""

import pytest
from django.core.cache import cache

from tenants.accounts.models import User
from tenants.salons import hosts
from tests.tenants.people import Person, registered
from tests.world import Salons


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Limits on tries and hosts of salons are remembered by the process."""
    cache.clear()
    hosts._salon_at.cache_clear()


@pytest.fixture
def person(db: None) -> Person:
    """Somebody at a browser."""
    return Person()


@pytest.fixture
def dora(salons: Salons, db: None) -> User:
    """Registered, and a receptionist of Aurora."""
    from tenants.access.roles import Role
    from tenants.salons.actions import add_member

    user = registered("dora@example.com", name="Dora")
    add_member(salons.aurora, user, role=Role.RECEPTIONIST)
    return user


@pytest.fixture
def dora_inside(person: Person, dora: User, salons: Salons) -> Person:
    """Dora, logged in and entered."""
    person.log_in(dora.email)
    url, answer = person.follow("/accounts/enter/aurora/")
    assert (url, answer.status_code) == ("http://aurora.cadeira.localhost:8000/", 200)
    return person
