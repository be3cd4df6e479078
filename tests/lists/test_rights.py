"""Who may bring lists and take contacts home (TN-004, CR-001): owners and managers; nobody of another salon."""

import csv
import io
import zipfile

import pytest

from crm.contacts.exporting import rows
from crm.contacts.importing.xlsx_rows import open_book
from crm.contacts.importing.xlsx_rows import rows as sheet_rows
from crm.contacts.models import Contact, ContactImport
from ops.events.models import Event
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tests.lists.conftest import List, Make, body_of
from tests.world import Browser, Salons


@pytest.mark.parametrize("who", ["vera", "bob"])
def test_who_may_not(request: pytest.FixtureRequest, lists: List, who: str, salons: Salons) -> None:
    lists.bring("nome,telefone\nAna,11988881234\n")
    browser: Browser = request.getfixturevalue(who)
    for path in ("/contacts/imports/", "/contacts/imports/sample/", lists.path, f"{lists.path}refused/?download"):
        assert browser.get(path).status_code == 403, path
    assert browser.get("/contacts/export/?format=csv").status_code == 403
    for verb in ("check/", "act/"):
        assert browser.post(f"{lists.path}{verb}", {"do": "cancel"}).status_code == 403
    page = browser.get_page("/contacts/")
    assert "/contacts/imports/" not in page
    assert "/contacts/export/" not in page
    assert lists.row.state == "uploaded"


def test_of_another_salon(lists: List, charlie: Browser, make: Make) -> None:
    lists.bring("nome,telefone\nAna,11988881234\n")
    make("Ana Aurora", phone="+5511988881234")
    for path in (lists.path, f"{lists.path}state/", f"{lists.path}refused/"):
        assert charlie.get(path).status_code == 404
    assert charlie.post(f"{lists.path}act/", {"do": "cancel"}).status_code == 404
    assert b"Aurora" not in body_of(charlie.get("/contacts/export/?format=csv"))


def test_an_export_is_those_of_the_filter_and_is_noted(
    alice: Browser, make: Make, salons: Salons, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "SIZE", 2)
    for number in range(5):
        make(f"Guest {number}", phone=f"+551198888123{number}", tags=["vip"])
    make("@SUM(1)", fields={"cor": "\t=1"}, preferences={"note": "-2+3"})
    found = list(
        csv.reader(io.StringIO(body_of(alice.get("/contacts/export/?format=csv&tag=vip")).decode("utf-8-sig")))
    )
    assert [row[1] for row in found[1:]] == [f"Guest {number}" for number in range(5)]
    assert found[1][-1].endswith("-03:00")
    everybody = body_of(alice.get("/contacts/export/?format=csv-semicolon")).decode("utf-8-sig")
    assert ";'@SUM(1);" in everybody
    assert ";'-2+3;" in everybody
    with inside(salons.aurora.pk):
        noted = AuditEntry.objects.filter(action="contacts.exported").order_by("pk")
        assert [row.after for row in noted] == [
            {"format": "csv", "filter": {"tag": "vip"}},
            {"format": "csv-semicolon", "filter": {}},
        ]
        assert Event.objects.filter(kind="contacts.exported").count() == 2


def test_a_workbook_is_sound(alice: Browser, make: Make) -> None:
    make('<&>" 😀', phone="+5511988881234")
    body = io.BytesIO(body_of(alice.get("/contacts/export/?format=xlsx")))
    assert zipfile.ZipFile(body).testzip() is None
    _header, guest = sheet_rows(open_book(body), 0)
    assert guest.cells[1:3] == ['<&>" 😀', "+5511988881234"]


def test_a_member_sees_only_theirs_in_an_export(
    alice: Browser, make: Make, salons: Salons, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should a role that is narrowed ever hold the right: no one else's guests, and phones masked."""
    make("Ana", phone="+5511988881234")
    monkeypatch.setattr("crm.contacts.exporting.views.sees_phones", lambda member: False)
    assert b"988881234" not in body_of(alice.get("/contacts/export/?format=csv"))
    monkeypatch.setattr("crm.contacts.exporting.views.visible_contacts", lambda member: Contact.objects.none())
    assert b"Ana" not in body_of(alice.get("/contacts/export/?format=csv"))


def test_the_sample_can_be_imported(lists: List, alice: Browser, salons: Salons) -> None:
    lists.bring(alice.get("/contacts/imports/sample/").content)
    with inside(salons.aurora.pk):
        row = ContactImport.objects.get()
    assert row.options["has_header"]
    lists.check({0: "name", 1: "phone", 2: "birthday", 3: "language", 4: "tags", 5: "wish.note", 6: "consent.marketing",
                 7: "consent_proof"})  # fmt: skip
    lists.run()
    assert lists.counts() == {"created": 2, "changed": 0, "unchanged": 0, "repeated": 0, "refused": 0, "partly": 0}
