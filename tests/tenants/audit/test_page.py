"""TN-006: the audit log is read, searched and saved as a file, by those who may."""

import json

import pytest
from django.test import Client

from ops.salon import inside
from tenants.access.keys import make_key
from tenants.access.models import ApiKey
from tenants.access.roles import Role
from tenants.audit import actions as audit
from tenants.audit.models import AuditEntry
from tenants.salons.actions import change_time_zone
from tenants.salons.hosts import salon_host
from tests.world import Browser, Salons

PAGE = "/settings/audit/"


@pytest.fixture
def noted(salons: Salons, alice: Browser) -> str:
    """Alice renamed a flow; the id of it."""
    subject = "019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d"
    with inside(salons.aurora.pk):
        audit.record(
            "flow.renamed", subject=subject, by=alice.member, before={"name": "=Oi"}, after={"name": "Bom dia"}
        )
    return subject


def test_an_act_is_read_in_words(alice: Browser, noted: str) -> None:
    page = alice.get_page(PAGE, subject=noted)
    assert "Alice" in page
    assert "<del>=Oi</del>" in page
    assert "<ins>Bom dia</ins>" in page


def test_address_trace_and_name_are_noted_by_themselves(alice: Browser, salons: Salons) -> None:
    """Callers pass nothing: the door knows."""
    answer = alice.post(
        "/settings/audit/support/",
        {"level": "off"},
        headers={"x-trace-id": "trace-of-the-test"},
        REMOTE_ADDR="203.0.113.7",
    )
    assert answer.status_code in (200, 303)
    with inside(salons.aurora.pk):
        entry = AuditEntry.objects.get(action="support.access_changed")
    assert (entry.ip, entry.trace_id, entry.actor_name) == ("203.0.113.7", "trace-of-the-test", "Alice")
    assert (entry.before, entry.after) == ({"access": "look"}, {"access": "off"})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"search": "bom dia"}, True),
        ({"search": "Alice"}, True),
        ({"search": "flow.ren"}, True),
        ({"kind": "flows"}, True),
        ({"kind": "money"}, False),
        ({"until": "2020-01-01"}, False),
        ({"since": "not a day"}, True),
        ({"who": "system"}, False),
        ({"search": "%' OR 1=1 --"}, False),
    ],
)
def test_acts_are_found(alice: Browser, noted: str, query: dict[str, str], found: bool) -> None:
    page = alice.get(PAGE, query, headers={"HX-Request": "true"}).content.decode()
    assert ("Bom dia" in page) is found


def test_pages_go_on_where_the_last_one_ended(alice: Browser, salons: Salons, noted: str) -> None:
    with inside(salons.aurora.pk):
        audit.record_many("tag.created", [audit.Line(f"tag{n}") for n in range(60)])
        last = AuditEntry.objects.order_by("-pk")[49].pk
    page = alice.get_page(PAGE)
    assert f"before={last}" in page
    assert "Bom dia" not in page
    assert "Bom dia" in alice.get_page(PAGE, before=str(last))


def test_the_file_calculates_nothing_and_is_noted(alice: Browser, salons: Salons, noted: str) -> None:
    answer = alice.get(f"{PAGE}export/", {"kind": "flows"})
    text = b"".join(answer).decode()
    assert answer["Content-Type"] == "text/csv"
    assert noted in text
    assert all(cell[:1] not in "=+@" for line in text.splitlines() for cell in line.split(",") if cell)
    with inside(salons.aurora.pk):
        assert AuditEntry.objects.get(action="audit.exported").after == {"kind": "flows"}


def test_the_file_needs_a_fresh_proof(alice: Browser) -> None:
    session = alice.session
    session.pop("proved_at", None)
    session.save()
    answer = alice.get(f"{PAGE}export/")
    assert answer.status_code == 302
    assert "/accounts/" in answer["Location"]


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}export/", "/api/v1/audit/"])
def test_who_may_not_sees_nothing(bob: Browser, vera: Browser, noted: str, path: str) -> None:
    for person in (bob, vera):
        answer = person.get(path)
        assert answer.status_code == 403
        assert "Bom dia" not in answer.content.decode()


def test_another_salon_reads_its_own(charlie: Browser, noted: str) -> None:
    assert "Bom dia" not in charlie.get_page(PAGE, subject=noted)
    assert noted not in charlie.get("/api/v1/audit/").content.decode()


def test_a_program_reads_the_log(salons: Salons, noted: str) -> None:
    """API-001: filters, newest first, by a key that holds AUDIT_SEE."""
    key = make_key(salons.aurora.pk, name="reader", role=Role.MANAGER.value)
    client = Client(headers={"host": salon_host("aurora"), "authorization": f"Api-Key {key}"})
    [row] = json.loads(client.get("/api/v1/audit/", {"subject": noted}).content)["results"]
    assert (row["action"], row["actor_name"], row["after"]) == ("flow.renamed", "Alice", {"name": "Bom dia"})
    assert json.loads(client.get("/api/v1/audit/", {"about": "tag"}).content)["results"] == []
    assert client.post("/api/v1/audit/", b"{}", content_type="application/json").status_code == 405
    ApiKey.objects.filter(name="reader").update(scopes=["inbox.see"])
    assert client.get("/api/v1/audit/").status_code == 403


def test_a_change_without_a_person_is_the_systems(salons: Salons, alice: Browser) -> None:
    change_time_zone(salons.aurora, "America/Recife", by=None)
    with inside(salons.aurora.pk):
        entry = AuditEntry.objects.get(action="salon.zone_changed")
        assert (entry.actor_kind, entry.actor_name, entry.ip) == ("system", "", None)
