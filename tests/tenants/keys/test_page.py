"""TN-007: the page of API keys."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from ops import clock
from ops.salon import inside
from tenants.access.keys import NewKey, add_key, find_key
from tenants.access.models import ApiKey
from tenants.access.roles import Role
from tenants.access.stepup import note_proof
from tenants.accounts.models import User
from tenants.audit.models import AuditEntry
from tenants.members.models import Member
from tenants.salons.actions import add_member
from tests.api.program import Program
from tests.world import Browser, Salons

PAGE = "/settings/keys/"
SHOWN = re.compile(r'id="made-key"[^>]*>(cad_[\w-]{43})<')


@pytest.fixture
def manager(salons: Salons, db: None) -> Browser:
    """Holds all but what is the owner's."""
    add_member(salons.aurora, User.objects.create_user("mara@example.com", "x", name="Mara"), role=Role.MANAGER)
    return Browser(salons.aurora, "mara@example.com")


def make(browser: Browser, **given: Any) -> Any:
    """Send the form of a new key."""
    form = {"id": str(uuid4()), "name": "Site", "may": "chosen", "scopes": ["contacts.see"], "addresses": "", **given}
    return browser.post(f"{PAGE}new/", form)


def shown(answer: Any) -> str:
    """The key that an answer shows."""
    found = SHOWN.search(answer.content.decode())
    assert found, (answer.status_code, answer.content.decode()[-3000:])
    return found[1]


def errors(answer: Any) -> dict[str, Any]:
    """What a refused form says, by field."""
    assert answer.status_code == 422
    found: dict[str, Any] = answer.context["form"].errors
    return found


def test_a_key_is_shown_once(alice: Browser) -> None:
    """TN-007: it works, and no page says it again."""
    answer = make(alice, addresses="127.0.0.1\n2001:db8::/32", ends="", chat="5")
    key = shown(answer)
    assert "no-store" in answer["Cache-Control"]
    assert Program(alice.salon, key=key).get("/api/v1/contacts/").status_code == 200
    row = ApiKey.objects.get(name="Site")
    assert (row.role, row.scopes, row.addresses, row.rates, row.made_by) == (
        *("", ["contacts.see"], ["127.0.0.1", "2001:db8::/32"], {"chat": 5}, alice.member.public_id),
    )
    for path in (PAGE, f"{PAGE}{row.public_id}/", f"{PAGE}{row.public_id}/revoke/"):
        page = alice.get_page(path)
        assert key not in page and row.prefix in page
    assert "Alice" in alice.get_page(f"{PAGE}{row.public_id}/")


def test_a_form_that_comes_twice_makes_one_key(alice: Browser) -> None:
    """TN-007: a double click, a reload, the way back."""
    form_id = str(uuid4())
    shown(make(alice, id=form_id))
    again = make(alice, id=form_id)
    assert again.status_code == 303 and not SHOWN.search(again.content.decode())
    assert ApiKey.objects.filter(name="Site").count() == 1


def test_nobody_gives_more_than_they_hold(manager: Browser, alice: Browser) -> None:
    """TN-007: a manager makes no owner's key, and gets none into their hands by rotating one."""
    assert "may" in errors(make(manager, may="owner"))
    assert "scopes" in errors(make(manager, scopes=["billing.manage"]))
    assert "scopes" in errors(make(alice, scopes=["salon.manage"]))
    assert shown(make(manager, may="manager", scopes=[]))
    row, _ = add_key(manager.salon.pk, NewKey("Owner's", "owner"))
    for act in ("rotate/", ""):
        assert manager.post(f"{PAGE}{row.public_id}/{act}", {"overlap": "24", "name": "x"}).status_code == 403
    row.refresh_from_db()
    assert (row.replaced_by, row.name) == (None, "Owner's")
    assert manager.post(f"{PAGE}{row.public_id}/revoke/").status_code == 303


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"scopes": []}, "scopes"),
        ({"may": "nobody"}, "may"),
        ({"addresses": "example.com"}, "addresses"),
        ({"addresses": "0.0.0.0/0"}, "addresses"),
        ({"addresses": "1.2.3.4/33"}, "addresses"),
        ({"ends": "2001-01-01"}, "ends"),
        ({"ends": "soon"}, "ends"),
        ({"chat": "0"}, "chat"),
        ({"id": "1"}, "id"),
    ],
)
def test_what_cannot_be(alice: Browser, given: dict[str, Any], field: str) -> None:
    """TN-007: errors stand at their field."""
    assert field in errors(make(alice, **given))
    assert not ApiKey.objects.filter(salon_id=alice.salon.pk, name="Site").exists()


def test_rotating_and_ending(alice: Browser) -> None:
    """TN-007: both are good, the old one until its time is over or it is ended; a stale tab changes nothing."""
    old = shown(make(alice))
    row = ApiKey.objects.get(name="Site")
    new = shown(alice.post(f"{PAGE}{row.public_id}/rotate/", {"overlap": "24", "ends": ""}))
    assert find_key(old) and find_key(new)
    row.refresh_from_db()
    assert row.expires_at and timedelta(hours=23) < row.expires_at - clock.now() <= timedelta(hours=24)
    assert alice.post(f"{PAGE}{row.public_id}/rotate/", {"overlap": "168", "ends": ""}).status_code == 303
    assert ApiKey.objects.filter(name="Site").count() == 2
    assert alice.post(f"{PAGE}{row.public_id}/revoke/").status_code == 303
    assert find_key(old) is None and find_key(new)
    with inside(alice.salon.pk):
        acts = list(AuditEntry.objects.filter(action__startswith="api_key.").values_list("action", "actor"))
    assert {act for act, _ in acts} >= {"api_key.made", "api_key.rotated", "api_key.revoked"}
    assert {actor for _, actor in acts} == {str(alice.member.public_id)}


def test_settings_are_changed(alice: Browser) -> None:
    """TN-007: what is changed is audited; what it may do is not changed."""
    row, key = add_key(alice.salon.pk, NewKey("Till", "", ["contacts.see"]))
    path = f"{PAGE}{row.public_id}/"
    given = {"name": "Till 2", "addresses": "10.0.0.0/8", "ends": "", "scopes": ["flows.edit"], "chat": "7"}
    assert alice.post(path, given).status_code == 303
    assert Program(alice.salon, key=key).get("/api/v1/contacts/").status_code == 403
    row.refresh_from_db()
    assert (row.name, row.addresses, row.rates, row.scopes) == ("Till 2", ["10.0.0.0/8"], {"chat": 7}, ["contacts.see"])
    with inside(alice.salon.pk):
        entry = AuditEntry.objects.get(action="api_key.changed")
    assert entry.before and entry.before["name"] == "Till" and "scopes" not in entry.before
    assert "addresses" in errors(alice.post(path, {**given, "addresses": "x"}))


def test_a_key_stays_when_its_maker_leaves(alice: Browser, manager: Browser) -> None:
    """TN-007: with a note."""
    key = shown(make(manager))
    with inside(alice.salon.pk):
        Member.objects.filter(pk=manager.member.pk).update(is_active=False)
    assert find_key(key)
    assert "Mara" in alice.get_page(PAGE)
    row = ApiKey.objects.get(name="Site")
    assert "alert-warning" in alice.get_page(f"{PAGE}{row.public_id}/")


def test_who_may_not(alice: Browser, bob: Browser, vera: Browser, charlie: Browser) -> None:
    """TN-004: roles without the right, and another salon's key, which looks like none."""
    row, _ = add_key(alice.salon.pk, NewKey("Site"))
    for person in (bob, vera):
        for path in (PAGE, f"{PAGE}new/", f"{PAGE}{row.public_id}/"):
            assert person.get(path).status_code == 403
    unknown = charlie.get(f"{PAGE}{uuid4()}/")
    for act in ("", "rotate/", "revoke/"):
        answer = charlie.post(f"{PAGE}{row.public_id}/{act}", {"overlap": "0"})
        assert answer.status_code == unknown.status_code == 404
    row.refresh_from_db()
    assert row.is_alive


def test_it_needs_a_proof_of_the_last_minutes(alice: Browser) -> None:
    """TN-003: making, rotating, changing and revoking; looking does not."""
    row, _ = add_key(alice.salon.pk, NewKey("Site"))
    session = alice.session
    note_proof(session, None)
    session.save()
    assert alice.get(PAGE).status_code == 200
    for path in ("new/", f"{row.public_id}/rotate/", f"{row.public_id}/revoke/", f"{row.public_id}/"):
        answer = alice.post(f"{PAGE}{path}", {"overlap": "0", "name": "x"})
        assert answer.status_code == 303 and "/accounts/prove/" in answer["Location"], path
    row.refresh_from_db()
    assert row.is_alive and row.name == "Site"
