"""I27: what a role holds, or who has it, changes while a page is open: the next request and the open socket know.

Counted, not waited for: a round of the sockets is one call, and SalonConsumer makes one within 5 s.
"""

from typing import Any

import pytest
from asgiref.sync import sync_to_async

from tenants.access.keys import make_key
from tenants.access.models import ApiKey
from tenants.access.roles import Permission
from tenants.access.rounds import strangers
from tenants.access.sockets import CLOSE_FORBIDDEN
from tenants.access.tickets import Ticket
from tenants.salons.models import Membership, RoleDefinition
from tests.api.program import Program
from tests.tenants.members.conftest import at
from tests.tenants.test_sockets import Sitting, play, socket
from tests.world import Browser, Salons


@pytest.fixture(autouse=True)
def _one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database work is done in the test's own transaction, whose connection must not be closed."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)


@pytest.fixture
def front(salons: Salons, bob: Browser) -> RoleDefinition:
    """Bob has a role of the salon's own."""
    role = RoleDefinition.objects.create(
        salon=salons.aurora, key="custom-front", label="Front", permissions=["inbox.see", "inbox.answer"]
    )
    Membership.objects.filter(user=bob.user).update(role=role.key)
    return role


def test_i27_a_role_that_loses_a_permission_closes_open_sockets(
    alice: Browser, bob: Browser, front: RoleDefinition
) -> None:
    async def story() -> None:
        talk = socket(bob)
        assert (await talk.connect(timeout=5))[0]
        page = f"/settings/roles/{front.public_id}/"
        await sync_to_async(alice.post)(page, {"name": "Front", "permissions": ["inbox.see"]})
        assert (await talk.receive_output(timeout=5))["code"] == CLOSE_FORBIDDEN

    play(story)
    assert (bob.get("/inbox/").status_code, bob.get("/contacts/").status_code) == (200, 403)


@pytest.mark.parametrize("act", ["off/", "remove/"])
def test_i27_who_is_switched_off_or_removed_is_out_at_the_next_round(alice: Browser, bob: Browser, act: str) -> None:
    guest: Any = Sitting(Ticket("aurora.cadeira.localhost", bob.cookies["__Host-session"].value))
    assert strangers([guest]) == []
    alice.post(at(bob, act))
    assert strangers([guest]) == [guest]
    assert bob.get("/").status_code == 403


def test_i27_a_socket_learns_what_it_may_from_the_rows(bob: Browser, front: RoleDefinition) -> None:
    """One that may stay acts by its new rights from the next round on."""
    guest: Any = Sitting(Ticket("aurora.cadeira.localhost", bob.cookies["__Host-session"].value))
    strangers([guest])
    assert guest.place.may(Permission.INBOX_ANSWER)
    RoleDefinition.objects.filter(pk=front.pk).update(permissions=["inbox.see"])
    strangers([guest])
    assert not guest.place.may(Permission.INBOX_ANSWER)


def test_i27_a_key_acts_by_the_rows_of_its_role(salons: Salons, front: RoleDefinition) -> None:
    program = Program(salons.aurora, role=front.key)
    assert program.get("/api/v1/conversations/").status_code == 200
    RoleDefinition.objects.filter(pk=front.pk).update(permissions=["contacts.see"])
    assert program.get("/api/v1/conversations/").status_code == 403
    RoleDefinition.objects.filter(pk=front.pk).delete()
    assert program.get("/api/v1/contacts/").status_code == 403
    ApiKey.objects.filter(salon_id=salons.aurora.pk).update(revoked_at="2026-01-01T00:00:00Z")
    assert program.get("/api/v1/contacts/").status_code == 401
    assert make_key(salons.aurora.pk, name="other")
