"""Who is let in where (TN-001, TN-007, I27)."""

from typing import Any

import pytest
from django.test import Client

from crm.contacts.models import Contact
from ops.salon import inside
from tenants.access.keys import rotate_key
from tenants.access.models import ApiKey
from tenants.access.roles import Permission
from tenants.salons.actions import resume_salon, suspend_salon
from tenants.salons.hosts import salon_host
from tenants.salons.models import Membership
from tests.api.conftest import Seeded
from tests.api.program import Program, problem, public_host
from tests.world import Browser, Salons

CONTACTS = "/api/v1/contacts/"


def test_a_key_opens_its_salon_on_both_hosts(program: Program, seeded: Seeded) -> None:
    outside = program.elsewhere(public_host())
    assert outside.get(CONTACTS).json() == program.get(CONTACTS).json()
    assert outside.get(CONTACTS).json()["results"]


def test_a_key_writes_from_the_public_host(program: Program) -> None:
    answer = program.elsewhere(public_host()).write("contacts/", {"name": "Bia"})
    assert answer["Location"].startswith(f"http://{public_host()}/")
    with inside(program.salon.pk):
        assert Contact.objects.get().name == "Bia"


@pytest.mark.parametrize("host", [None, "public"])
@pytest.mark.parametrize("key", ["", "cad_unknown", "x" * 5000, "é"])
def test_no_or_unknown_credentials(salons: Salons, db: None, key: str, host: str | None) -> None:
    answer = Program(salons.aurora, key=key, host=public_host() if host else None).get(CONTACTS)
    problem(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Api-Key")


def test_another_scheme_is_no_credential(salons: Salons, db: None) -> None:
    client = Client(headers={"host": salon_host("aurora"), "authorization": "Bearer abc"})
    problem(client.get(CONTACTS), 401)


def test_a_key_of_another_salon(program: Program, stranger: Program, seeded: Seeded) -> None:
    problem(stranger.elsewhere(salon_host(program.salon.slug)).get(CONTACTS), 403)
    problem(stranger.elsewhere(salon_host(program.salon.slug)).write("contacts/", {"name": "leak"}), 403)
    with inside(program.salon.pk):
        assert Contact.objects.count() == 1


@pytest.mark.parametrize("host", [None, "public"])
def test_i27_a_revoked_key_stops_at_once(program: Program, host: str | None) -> None:
    client = program.elsewhere(public_host()) if host else program
    assert client.get(CONTACTS).status_code == 200
    rotate_key(program.salon.pk, name="tests")
    problem(client.get(CONTACTS), 401)


def test_a_suspended_salon_is_closed_to_its_keys(program: Program) -> None:
    outside = program.elsewhere(public_host())
    suspend_salon(program.salon)
    try:
        problem(outside.get(CONTACTS), 401)
    finally:
        resume_salon(program.salon)


def test_a_key_with_scopes_does_only_those(program: Program) -> None:
    ApiKey.objects.filter(salon_id=program.salon.pk).update(scopes=[Permission.CONTACTS_SEE.value])
    assert program.get(CONTACTS).status_code == 200
    problem(program.write("contacts/", {"name": "B"}), 403)
    problem(program.get("/api/v1/messages/"), 403)


def test_a_key_of_an_unknown_role_does_nothing(program: Program) -> None:
    ApiKey.objects.filter(salon_id=program.salon.pk).update(role="god")
    problem(program.get(CONTACTS), 403)


def test_a_member_reads_with_their_session(alice: Browser, seeded: Seeded) -> None:
    assert len(alice.get(CONTACTS).json()["results"]) == 1


def _strict(browser: Browser) -> Client:
    client = Client(enforce_csrf_checks=True, headers={"host": salon_host(browser.salon.slug)})
    client.cookies = browser.cookies
    return client


def test_a_session_writes_only_with_the_csrf_token(alice: Browser) -> None:
    client = _strict(alice)
    problem(client.post(CONTACTS, {"name": "B"}, content_type="application/json"), 403)
    token = client.get("/api/docs/").context["csrf_token"]
    answer = client.post(CONTACTS, {"name": "B"}, content_type="application/json", headers={"x-csrftoken": str(token)})
    assert answer.status_code == 201


def test_a_key_needs_no_csrf_token(program: Program) -> None:
    client = Client(
        enforce_csrf_checks=True,
        headers={"host": salon_host(program.salon.slug), "authorization": f"Api-Key {program.key}"},
    )
    assert client.post(CONTACTS, {"name": "B"}, content_type="application/json").status_code == 201


def test_a_foreign_session(charlie: Browser, salons: Salons, seeded: Seeded) -> None:
    for host in (salon_host(salons.aurora.slug), public_host()):
        client = Client(headers={"host": host})
        client.cookies = charlie.cookies
        problem(client.get(CONTACTS), 403)


def test_i27_a_member_who_left_stops_at_once(bob: Browser) -> None:
    assert bob.get(CONTACTS).status_code == 200
    Membership.objects.filter(user=bob.user).update(is_active=False)
    problem(bob.get(CONTACTS), 403)


@pytest.mark.parametrize(
    ("role", "flows"), [("owner", 200), ("manager", 200), ("receptionist", 403), ("professional", 403), ("viewer", 403)]
)
def test_the_role_of_the_key_decides(salons: Salons, db: None, role: str, flows: int) -> None:
    client = Program(salons.aurora, role=role)
    assert client.get(CONTACTS).status_code == 200
    for path in ("flows", "executions", "connections"):
        assert client.get(f"/api/v1/{path}/").status_code == flows


def test_an_unknown_host_shows_nothing(program: Program, seeded: Seeded) -> None:
    answer: Any = program.elsewhere("nobody.cadeira.localhost:8000").get(CONTACTS)
    assert answer.status_code == 404
    assert b"aurora" not in answer.content.lower()


def test_nothing_is_kept_by_caches(program: Program) -> None:
    answer = program.get(CONTACTS)
    assert "no-store" in answer["Cache-Control"]
    assert "Authorization" in answer["Vary"]
