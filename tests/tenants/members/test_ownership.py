"""Handing a salon over: offered, accepted, at once or not at all (TN-002)."""

from typing import Any

import pytest
from django.core import mail

from ops.salon import inside
from ops.timers import errands
from tenants.members import ownership
from tenants.salons.models import Membership, OwnershipOffer
from tests.tenants.members.conftest import at, role_of, stale
from tests.world import Browser


def ask(alice: Browser, to: Browser) -> Any:
    """Offer the salon."""
    return alice.post("/settings/people/ownership/", {"member": str(to.member.public_id)})


def test_the_salon_changes_hands_when_the_other_accepts(alice: Browser, bob: Browser) -> None:
    """TN-002: until then nothing; then both at once; the other is told by e-mail."""
    assert ask(alice, bob).status_code == 303
    errands.work()
    assert mail.outbox[-1].to == ["bob@example.com"]
    assert (role_of(alice), role_of(bob)) == ("owner", "receptionist")
    assert "/you/ownership/" in bob.get_page("/you/salons/")
    assert bob.post("/you/ownership/").status_code == 303
    assert (role_of(alice), role_of(bob)) == ("manager", "owner")
    bob.post("/you/ownership/")
    assert (role_of(alice), role_of(bob)) == ("manager", "owner")


def test_nobody_else_can_accept(alice: Browser, bob: Browser, vera: Browser, charlie: Browser) -> None:
    """TN-004."""
    ask(alice, bob)
    for other in (vera, charlie):
        other.post("/you/ownership/")
        assert (role_of(other), role_of(alice)) == (role_of(other), "owner")
    assert role_of(vera) == "viewer"


def withdrawn(alice: Browser, bob: Browser) -> None:
    alice.post("/settings/people/ownership/withdraw/")


def declined(alice: Browser, bob: Browser) -> None:
    bob.post("/you/ownership/decline/")


def no_owner_any_more(alice: Browser, bob: Browser) -> None:
    Membership.objects.filter(user=alice.user).update(role="manager")


def not_proven(alice: Browser, bob: Browser) -> None:
    stale(bob)


@pytest.mark.parametrize("change", [withdrawn, declined, no_owner_any_more, not_proven])
def test_an_offer_that_is_over_gives_nothing(alice: Browser, bob: Browser, change: Any) -> None:
    """TN-002."""
    ask(alice, bob)
    change(alice, bob)
    bob.post("/you/ownership/")
    assert role_of(bob) == "receptionist"


def test_who_was_removed_meanwhile_owns_nothing(alice: Browser, bob: Browser) -> None:
    """TN-002: the offer does not outlive the place."""
    ask(alice, bob)
    member = bob.member
    alice.post(at(bob, "remove/"))
    with inside(alice.salon.pk), pytest.raises(ownership.Gone):
        ownership.accept(alice.salon, by=member)
    assert role_of(alice) == "owner"


def test_a_manager_offers_nothing(mara: Browser, bob: Browser) -> None:
    """TN-004."""
    assert mara.post("/settings/people/ownership/", {"member": str(bob.member.public_id)}).status_code == 403
    assert not OwnershipOffer.objects.exists()


def test_one_offer_waits_at_a_time(alice: Browser, bob: Browser, vera: Browser) -> None:
    """TN-002."""
    ask(alice, bob)
    assert ask(alice, vera).status_code == 422
    assert OwnershipOffer.objects.get(ended_at=None).to_user_id == bob.user.pk
