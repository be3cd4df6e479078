"""Everybody at Aurora: Alice owns it, Mara manages, Bob answers, Vera looks."""

import pytest
from django.test import Client

from tenants.access.roles import Role
from tenants.salons.actions import add_member
from tenants.salons.models import Membership
from tests.tenants.people import registered
from tests.world import Browser, Salons


@pytest.fixture
def mara(salons: Salons, alice: Browser) -> Browser:
    """A manager of Aurora."""
    user = registered("mara@example.com", name="Mara")
    add_member(salons.aurora, user, role=Role.MANAGER)
    return Browser(salons.aurora, user.email)


def role_of(person: Browser) -> str:
    """The role as it stands; empty for who is not one of the people."""
    places = Membership.objects.filter(user=person.user, salon=person.salon, is_active=True)
    return places.values_list("role", flat=True).first() or ""


def at(person: Browser, act: str = "") -> str:
    """The address of somebody's page."""
    from ops.salon import inside
    from tenants.members.models import Member

    with inside(person.salon.pk):
        public_id = Member.objects.values_list("public_id", flat=True).get(user_id=person.user.pk)
    return f"/settings/people/{public_id}/{act}"


def stale(person: Client) -> None:
    """Their proof is older than a quarter of an hour."""
    session = person.session
    session.pop("proved_at", None)
    session.save()
