"""Changing somebody's place: nobody gives or takes more than they hold, and one owner stays (TN-004, TN-002)."""

import threading
from typing import Any

import pytest
from django.db import close_old_connections, connection, transaction

from crm.inbox.models import Conversation, Team
from ops.salon import inside
from tenants.access.roles import Role
from tenants.accounts.models import User
from tenants.audit.models import AuditEntry
from tenants.members import people
from tenants.salons.actions import LastOwner, add_member, lock_people
from tenants.salons.models import Membership, RoleDefinition
from tests.api.conftest import seed
from tests.tenants.members.conftest import at, role_of, stale
from tests.world import Browser, Salons


def test_the_page_shows_who_works_here(alice: Browser, mara: Browser) -> None:
    """TN-004: role, last seen, second factor, and nothing of another salon."""
    mara.get("/")
    text = alice.get_page("/settings/people/")
    for word in ("Mara", "mara@example.com", "Bob", "Gerente"):
        assert word in text
    assert "charlie@example.com" not in text


def test_a_role_is_changed_and_counts_at_once(alice: Browser, vera: Browser) -> None:
    """TN-004, I27: the next request of a page that was open has the other rights; the log says by whom."""
    assert vera.get("/settings/inbox/").status_code == 403
    assert alice.post(at(vera), {"role": "manager"}).status_code == 303
    assert vera.get("/settings/inbox/").status_code == 200
    with inside(alice.salon.pk):
        entry = AuditEntry.objects.get(action="member.role_changed")
    assert (entry.before, entry.after) == ({"role": "viewer"}, {"role": "manager"})


def test_switched_off_and_on_again(alice: Browser, bob: Browser) -> None:
    """TN-004: switched off, they come in no more; on again, as what they were."""
    alice.post(at(bob, "off/"))
    assert bob.get("/inbox/").status_code == 403
    alice.post(at(bob, "on/"))
    assert bob.get("/inbox/").status_code == 200


def test_who_is_removed_hands_back_what_was_theirs(salons: Salons, alice: Browser, bob: Browser) -> None:
    """TN-004: open conversations are nobody's, the teams go on without them, closed ones keep the name."""
    found = seed(salons.aurora, word="mine", phone="+5511988881234")
    with inside(salons.aurora.pk):
        member = bob.member
        Conversation.objects.filter(public_id=found.conversation).update(assignee=member)
        team = Team.objects.create(name="Front", members=[member.pk, alice.member.pk])
    assert "1" in alice.get_page(at(bob))
    assert alice.post(at(bob, "remove/")).status_code == 303
    assert bob.get("/").status_code == 403
    with inside(salons.aurora.pk):
        assert Conversation.objects.get(public_id=found.conversation).assignee is None
        team.refresh_from_db()
        assert team.members == [alice.member.pk]
    assert "bob@example.com" not in alice.get_page("/settings/people/")
    assert alice.get(at(bob)).status_code == 404


@pytest.mark.parametrize("act", ["", "off/", "remove/"])
def test_a_manager_touches_no_owner(alice: Browser, mara: Browser, act: str) -> None:
    """TN-004: not to change, switch off or remove them."""
    assert mara.post(at(alice, act), {"role": "viewer"}).status_code in (303, 422)
    assert role_of(alice) == "owner"


def test_a_manager_makes_no_owner_and_gives_nothing_they_lack(salons: Salons, mara: Browser, bob: Browser) -> None:
    """TN-004: no escalation, by a custom role neither."""
    RoleDefinition.objects.create(
        salon=salons.aurora, key="custom-pay", label="Pay", permissions=["billing.manage", "home.see"]
    )
    for role in ("owner", "custom-pay", "custom-gone", "nobody"):
        assert mara.post(at(bob), {"role": role}).status_code == 422
        assert mara.post("/settings/people/invite/", {"email": "x@example.com", "role": role}).status_code == 422
    with inside(salons.aurora.pk), pytest.raises(people.OutOfReach):
        people.change_role(salons.aurora, bob.member, "owner", by=mara.member)
    assert role_of(bob) == "receptionist"
    # Whoever may do more than they is out of their reach too.
    Membership.objects.filter(user=bob.user).update(role="custom-pay")
    mara.post(at(bob, "remove/"))
    assert role_of(bob) == "custom-pay"


@pytest.mark.parametrize("path", ["/settings/people/", "/settings/people/invite/", "/settings/roles/"])
def test_others_have_no_such_page(bob: Browser, vera: Browser, path: str) -> None:
    """TN-004."""
    assert (bob.get(path).status_code, vera.get(path).status_code) == (403, 403)


def test_roles_are_the_owners_alone(mara: Browser, alice: Browser) -> None:
    """TN-004."""
    assert (mara.get("/settings/roles/").status_code, alice.get("/settings/roles/").status_code) == (403, 200)


def test_who_did_not_prove_themselves_lately_is_asked_first(alice: Browser, bob: Browser) -> None:
    """TN-003: step-up before rights are given."""
    stale(alice)
    for path in (at(bob), "/settings/people/invite/", "/settings/roles/", "/settings/people/ownership/"):
        assert "/accounts/prove/aurora/" in alice.get(path)["Location"]
    alice.post(at(bob), {"role": "manager"})
    assert role_of(bob) == "receptionist"


def test_people_of_another_salon_are_unknown(salons: Salons, alice: Browser, charlie: Browser) -> None:
    """TN-001: the id of another salon's member answers as one that nobody has."""
    for act in ("", "off/", "remove/"):
        assert alice.post(at(charlie, act), {"role": "viewer"}).status_code == 404
    assert role_of(charlie) == "owner"


def test_the_last_owner_stays(alice: Browser, bob: Browser) -> None:
    """TN-002: not downgraded, switched off, removed, nor gone by themselves."""
    for act in ("", "off/", "remove/"):
        alice.post(at(alice, act), {"role": "viewer"})
        assert role_of(alice) == "owner"
    alice.post("/you/leave/")
    assert role_of(alice) == "owner"
    alice.post(at(bob), {"role": "owner"})
    assert alice.post("/you/leave/")["Location"].endswith("/accounts/salons/")
    assert (role_of(alice), role_of(bob)) == ("", "owner")


def test_an_owner_whose_account_is_switched_off_is_none(salons: Salons, alice: Browser, bob: Browser) -> None:
    """TN-002: somebody must be able to log in."""
    add_member(salons.aurora, bob.user, role=Role.OWNER)
    User.objects.filter(pk=bob.user.pk).update(is_active=False)
    with inside(salons.aurora.pk), pytest.raises(LastOwner):
        people.leave(salons.aurora, alice.member)


def test_whoever_leaves_is_gone(bob: Browser) -> None:
    """TN-002: any role may leave."""
    assert bob.get("/you/leave/").status_code == 200
    bob.post("/you/leave/")
    assert bob.get("/").status_code == 403


def test_the_switcher_shows_ones_other_salons(salons: Salons, alice: Browser, charlie: Browser) -> None:
    """TN-002: those of this person, and none beside."""
    assert "Other" not in alice.get_page("/you/salons/")
    add_member(salons.other, alice.user, role=Role.VIEWER)
    assert "/accounts/enter/other/" in alice.get_page("/you/salons/")
    assert "Aurora" not in charlie.get_page("/you/salons/")


def test_who_changes_rights_waits_for_who_does_it_now(salons: Salons, alice: Browser) -> None:
    """TN-002: two owners who remove each other at once leave one; there is one lock, taken first."""
    seen: list[Any] = []

    def other() -> None:
        try:
            # LOCAL: the connection goes back to the pool, and with it whatever was set for good.
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '50ms'")
                cursor.execute("SELECT 1 FROM salon WHERE id = %s FOR NO KEY UPDATE", [salons.aurora.pk])
        except Exception as error:
            seen.append(str(error))
        finally:
            close_old_connections()
            connection.close()

    lock_people(salons.aurora.pk)
    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert "lock timeout" in seen[0]
