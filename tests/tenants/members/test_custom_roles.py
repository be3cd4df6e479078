"""A salon's own roles (TN-004)."""

from django.utils import translation

from crm.consent import policy
from ops.salon import inside
from tenants.access.roles import OWNERS_ONLY, Permission, Role
from tenants.audit.models import AuditEntry
from tenants.salons.models import Membership, RoleDefinition
from tests.tenants.members.conftest import at, role_of
from tests.world import Browser


def make(alice: Browser, name: str = "Front desk", like: str = "receptionist") -> RoleDefinition:
    """A copy under a name of its own."""
    assert alice.post("/settings/roles/new/", {"name": name, "like": like}).status_code == 303
    return RoleDefinition.objects.get(salon=alice.salon, label=name)


def test_a_copy_is_made_changed_given_and_deleted(alice: Browser, vera: Browser) -> None:
    """TN-004: what it holds counts at the next request of whoever has it; deleted, they get another."""
    role = make(alice)
    assert "Front desk" in alice.get_page("/settings/roles/")
    page = f"/settings/roles/{role.public_id}/"
    assert "Front desk" in alice.get_page(page)
    assert alice.post(at(vera), {"role": role.key}).status_code == 303
    assert vera.get("/settings/people/").status_code == 403
    alice.post(page, {"name": "Desk", "permissions": ["members.manage", "home.see"]})
    assert (vera.get("/settings/people/").status_code, vera.get("/inbox/").status_code) == (200, 403)
    assert "Desk" in vera.get_page("/")
    assert alice.post(f"{page}delete/", {"instead": ""}).status_code == 303
    assert role_of(vera) == role.key
    alice.post(f"{page}delete/", {"instead": "viewer"})
    assert (role_of(vera), RoleDefinition.objects.filter(salon=alice.salon).count()) == ("viewer", 0)
    with inside(alice.salon.pk):
        acts = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"role.created", "role.changed", "role.deleted"} <= acts


def test_what_only_owners_may_is_in_no_other_role(alice: Browser, bob: Browser) -> None:
    """TN-004: not by the form, not by the row."""
    role = make(alice, like="manager")
    everything = [one.value for one in Permission]
    answer = alice.post(f"/settings/roles/{role.public_id}/", {"name": "All", "permissions": everything})
    assert answer.status_code == 422
    RoleDefinition.objects.filter(pk=role.pk).update(permissions=everything)
    Membership.objects.filter(user=bob.user).update(role=role.key)
    assert not OWNERS_ONLY & bob.member.rights.permissions
    assert bob.get("/settings/roles/").status_code == 403


def test_a_copy_sees_no_more_than_what_it_copies(alice: Browser) -> None:
    """TN-004: rules that narrow a role's sight hold for its copy."""
    with inside(alice.salon.pk):
        policy.change({"own_only_roles": ["professional"], "masked_roles": []}, by=alice.member)
    role = make(alice, "Stylist", "professional")
    with inside(alice.salon.pk):
        assert policy.stored().own_only_roles == ["professional", role.key]


def test_names_are_of_one_role_each(alice: Browser) -> None:
    """TN-004: nor of a built-in one, in any letters."""
    make(alice)
    with translation.override("pt-br"):
        owner = str(Role.OWNER.label)
    for name in ("front DESK", "Owner", owner.upper(), ""):
        assert alice.post("/settings/roles/new/", {"name": name, "like": "viewer"}).status_code == 422


def test_a_key_is_never_used_again(alice: Browser) -> None:
    """TN-005: what was given to a role of the past is not given to a new one of its name."""
    first = make(alice)
    alice.post(f"/settings/roles/{first.public_id}/delete/")
    assert make(alice).key != first.key
    assert len(first.key) <= 20


def test_roles_of_another_salon_are_unknown(alice: Browser, charlie: Browser, bob: Browser) -> None:
    """TN-001: to see, change, delete or give."""
    role = make(charlie)
    page = f"/settings/roles/{role.public_id}/"
    assert [alice.get(page).status_code, alice.post(page, {"name": "x"}).status_code] == [404, 404]
    assert alice.post(f"{page}delete/").status_code == 404
    assert alice.post(at(bob), {"role": role.key}).status_code == 422
