"""Roles are rows: what they hold arrives with the membership, and counts from the next request on (TN-004)."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ops.salon import inside
from tenants.access.keys import find_key, make_key
from tenants.access.membership import holders, member_of, roles_in
from tenants.access.roles import OWNERS_ONLY, ROLE_PERMISSIONS, Permission, Role
from tenants.salons.models import Membership, RoleDefinition
from tests.world import Browser, Salons

KEY = "custom-front"


def made(salons: Salons, *permissions: str, key: str = KEY) -> RoleDefinition:
    return RoleDefinition.objects.create(salon=salons.aurora, key=key, label="Front", permissions=list(permissions))


def be(person: Browser, role: str) -> None:
    Membership.objects.filter(user=person.user, salon=person.salon).update(role=role)


def test_the_built_in_roles_hold_what_the_product_says(salons: Salons, db: None) -> None:
    """TN-004: seeded once; the table and the code agree."""
    found = {one.role: one.permissions for one in roles_in(salons.aurora.pk)}
    assert found == dict(ROLE_PERMISSIONS)


def test_a_salons_own_role_opens_what_it_holds_and_nothing_else(salons: Salons, bob: Browser) -> None:
    """TN-004: at the next request, and no longer than the row says so."""
    role = made(salons, "inbox.see", "home.see")
    be(bob, KEY)
    assert bob.get("/inbox/").status_code == 200
    assert bob.get("/contacts/").status_code == 403
    RoleDefinition.objects.filter(pk=role.pk).update(permissions=["contacts.see"])
    assert (bob.get("/inbox/").status_code, bob.get("/contacts/").status_code) == (403, 200)


def test_unknown_names_and_unknown_roles_give_nothing(salons: Salons, bob: Browser) -> None:
    """TN-004: data of a newer release, or of nobody."""
    made(salons, "inbox.see", "moon.fly", *(one.value for one in OWNERS_ONLY))
    be(bob, KEY)
    assert bob.member.rights.permissions == {Permission.INBOX_SEE}
    for role in ("custom-gone", "", "operator"):
        be(bob, role)
        assert bob.member.rights.permissions == frozenset()
        assert bob.get("/").status_code == 403


def test_another_salons_role_is_none_of_ours(salons: Salons, bob: Browser) -> None:
    """TN-001: the same key in two salons is two roles."""
    RoleDefinition.objects.create(salon=salons.other, key=KEY, label="Theirs", permissions=["inbox.see"])
    be(bob, KEY)
    assert bob.member.rights.permissions == frozenset()
    assert KEY not in {one.role for one in roles_in(salons.aurora.pk)}


def test_an_owner_holds_all_whatever_the_row_says(alice: Browser) -> None:
    """TN-004."""
    RoleDefinition.objects.filter(key=Role.OWNER).update(permissions=[])
    assert alice.member.rights.permissions == set(Permission)
    RoleDefinition.objects.filter(key=Role.OWNER).delete()
    assert alice.member.rights.permissions == set(Permission)


@pytest.mark.parametrize("permission", [Permission.INBOX_ANSWER, Permission.ROLES_MANAGE])
def test_who_holds_a_permission_is_found_by_the_rows(
    salons: Salons, alice: Browser, bob: Browser, permission: Permission
) -> None:
    """TN-004: the same answer as asking each of them."""
    made(salons, *(one.value for one in Permission))
    be(bob, KEY)
    found = set(holders(salons.aurora.pk, permission).values_list("user_id", flat=True))
    everybody = Membership.objects.filter(salon=salons.aurora).values_list("user_id", flat=True)
    with inside(salons.aurora.pk):
        members: Any = [member_of(salons.aurora.pk, user_id) for user_id in everybody]
    assert found == {one.user_id for one in members if one.may(permission)}


def test_rights_come_with_the_membership(salons: Salons, bob: Browser) -> None:
    """The issue's figure: one question per request; and a key's rights come with the key."""
    made(salons, "inbox.see")
    be(bob, KEY)
    with inside(salons.aurora.pk), CaptureQueriesContext(connection) as asked:
        member = member_of(salons.aurora.pk, bob.user.pk)
        assert member is not None
        assert member.may(Permission.INBOX_SEE)
    assert len([one for one in asked if "member" in one["sql"]]) == 1
    key = find_key(make_key(salons.aurora.pk, name="front", role=KEY))
    assert key is not None
    assert key.rights.permissions == {Permission.INBOX_SEE}
