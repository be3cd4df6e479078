"""A list from the upload to the contacts (CR-001): what the trial says is what the import does."""

import csv
import io

from django.db import connection

from channels_wa.messages.models import Identity
from crm.consent import register
from crm.consent.models import Consent, ConsentEntry
from crm.contacts.models import Contact, CustomField
from ops import clock
from ops.events.models import Event
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tests.lists.conftest import List, Make, body_of
from tests.world import Browser, Salons

LIST = """Nome;Celular;Aniversário;Etiquetas;E-mail;Cor;Consentimento;Prova
Ana Souza;(11) 98888-1234;20/11/1990;vip, noivas;ana@example.com;azul;sim;ficha
Bia;11 97777-1234;;;;;;
Caio;abc;;;;;;
;+1 415 555 0132;;;;;sim;
Bia Lima;(11) 97777-1234;;cachos;;;;
Duda;11966661234;31/02/1990;;;;;
"""


COLUMNS = {
    0: "name", 1: "phone", 2: "birthday", 3: "tags", 4: "new", 5: "field.cor", 6: "consent.marketing",
    7: "consent_proof",
}  # fmt: skip


def test_a_list_is_tried_and_imported(lists: List, make: Make, salons: Salons, alice: Browser) -> None:
    make("Ana", phone="+5511988881234", tags=["old"], fields={"cor": "verde", "x": 1})
    with inside(salons.aurora.pk):
        CustomField.objects.create(key="cor", name="Cor")
    page = lists.bring(LIST, "clientes.csv")
    for column, target in enumerate(COLUMNS.values()):
        assert f'name="column-{column}"' in page
        assert f'<option value="{target}" selected>' in page, target
    lists.check(COLUMNS)
    tried = {"created": 2, "changed": 1, "unchanged": 0, "repeated": 1, "refused": 2, "partly": 1}
    assert lists.counts() == tried
    with inside(salons.aurora.pk):
        assert Contact.objects.count() == 1
        assert not ConsentEntry.objects.exists()
    shown = alice.get_page(lists.path)
    assert "no phone number in BR" in shown
    assert "<del>Ana</del> <ins>Ana Souza</ins>" in shown
    assert "E-mail" in shown
    assert lists.run().state == "done"
    assert lists.counts() == tried
    refused = lists.refusals
    assert refused[4] == (
        "phone",
        "“abc” is no phone number in BR. Write it with area code, or with + and the country's.",
    )
    assert refused[5][0] == "consent.marketing"
    assert refused[7][0] == "birthday"
    with inside(salons.aurora.pk):
        ana, bia, john = Contact.objects.order_by("pk")
        assert (ana.name, ana.tags, str(ana.birthday)) == ("Ana Souza", ["old", "vip", "noivas"], "1990-11-20")
        assert ana.fields == {"cor": "azul", "x": 1, "e_mail": "ana@example.com"}
        assert ana.version == 2
        assert (bia.name, bia.tags) == ("Bia Lima", ["cachos"])
        assert Identity.objects.get(contact_id=john.pk).value == "+14155550132"
        entry = ConsentEntry.objects.get()
        assert (entry.contact_id, entry.source, entry.evidence) == (ana.pk, "import", "ficha (clientes.csv, 2)")
        assert entry.by.startswith("member ")
        assert Event.objects.filter(kind="contacts.imported").count() == 1
        assert not Event.objects.filter(kind="contact.created").exists()
        said = AuditEntry.objects.get(action="contacts.imported").after
        assert said is not None
        assert said["created"] == 2
    assert "clientes.csv" in alice.get_page(f"/contacts/{bia.public_id}/history/")


def test_the_second_time_nothing_changes(lists: List, salons: Salons) -> None:
    with inside(salons.aurora.pk):
        CustomField.objects.create(key="cor", name="Cor")
    for _ in range(2):
        lists.bring(LIST)
        lists.check(COLUMNS)
        tried = lists.counts()
        lists.run()
        assert lists.counts() == tried
    assert tried == {"created": 0, "changed": 0, "unchanged": 3, "repeated": 1, "refused": 2, "partly": 1}


def test_who_said_stop_stays_stopped(lists: List, make: Make, salons: Salons) -> None:
    """I20: an import never turns a stop into a yes, also where only the phone is known."""
    ana = make("Ana", phone="+5511988881234")
    with inside(salons.aurora.pk):
        portfolio = Identity.objects.get(contact_id=ana.pk).portfolio
        for phone in ("+5511988881234", "+5511977771234"):
            Consent.objects.create(
                portfolio=portfolio, kind="phone", value=phone, purpose="marketing", state="revoked", source="message",
                at=ana.created_at,
            )  # fmt: skip
    lists.bring("nome,telefone,optin\nAna Maria,11988881234,sim\nBia,11977771234,sim\nCaio,11966661234,não\n")
    lists.check({0: "name", 1: "phone", 2: "consent.marketing"}, proof="Paper form")
    assert lists.counts()["partly"] == 2
    lists.run()
    assert lists.counts() == {"created": 2, "changed": 1, "unchanged": 0, "repeated": 0, "refused": 0, "partly": 2}
    assert "said stop" in lists.refusals[2][1]
    with inside(salons.aurora.pk):
        assert set(Consent.objects.values_list("state", flat=True)) == {"revoked"}
        assert Contact.objects.get(pk=ana.pk).name == "Ana Maria"


def test_a_number_that_said_stop_stays_stopped_with_whoever_gets_it(lists: List, make: Make, salons: Salons) -> None:
    """I20: somebody known by their id gets a number more, which has said stop; the trial says it as well."""
    ana = make("Ana", phone="+5511988881234")
    with inside(salons.aurora.pk):
        Consent.objects.create(
            portfolio="1" * 16, kind="phone", value="+5511977771234", purpose="marketing", state="revoked",
            source="message", at=ana.created_at,
        )  # fmt: skip
    lists.bring(f"id,nome,telefone,optin\n{ana.public_id},Ana,11977771234,\n{ana.public_id},Ana,,sim\n")
    lists.check({0: "id", 1: "name", 2: "phone", 3: "consent.marketing"}, proof="Paper form")
    assert lists.counts()["partly"] == 1
    assert lists.run().partly == 1
    assert "said stop" in lists.refusals[3][1]
    with inside(salons.aurora.pk):
        assert Consent.objects.get().state == "revoked"
        assert Identity.objects.get(value="+5511977771234").contact_id == ana.pk


def test_the_register_takes_no_stop_back_for_an_import(make: Make, salons: Salons) -> None:
    """I20: whatever was planned, also where the stop comes between the look and the write."""
    ana = make("Ana", phone="+5511988881234")
    with inside(salons.aurora.pk):
        (address,) = register.addresses_of([ana.pk])[ana.pk]

        def word(state: str, source: str) -> register.Word:
            return register.Word(
                contact_id=ana.pk, contact_public_id=ana.public_id, addresses=[address], purposes=["marketing"],
                state=state, source=source,
            )  # fmt: skip

        assert register.record_many([word("revoked", "message")]) == 1
        assert register.record_many([word("granted", "import")]) == 0
        with connection.cursor() as cursor:
            register._set_last(cursor, [(word("granted", "import"), address, "marketing")], clock.now())
        assert Consent.objects.get().state == "revoked"
        assert not Event.objects.filter(payload__state="granted").exists()
        # Of the guest's own word it is.
        assert register.record_many([word("granted", "message")]) == 1
        assert register.record_many([word("revoked", "import")]) == 1


def test_refused_rows_come_back_as_a_file(lists: List, alice: Browser) -> None:
    lists.bring("nome,telefone\n=HYPERLINK(1),x\nBia,11977771234\n")
    lists.check({0: "name", 1: "phone"})
    answer = alice.get(f"{lists.path}refused/?download")
    rows = list(csv.reader(io.StringIO(body_of(answer).decode("utf-8-sig"))))
    assert rows[0][3:] == ["nome", "telefone"]
    assert [rows[1][0], *rows[1][3:]] == ["2", "'=HYPERLINK(1)", "x"]
    assert len(rows) == 2


def test_only_gaps_are_filled_where_that_is_wanted(lists: List, make: Make, salons: Salons) -> None:
    ana = make("Ana", phone="+5511988881234")
    lists.bring("nome,telefone,idioma\nAna Maria,11988881234,pt\n")
    lists.check({0: "name", 1: "phone", 2: "language"}, existing="fill")
    lists.run()
    with inside(salons.aurora.pk):
        ana.refresh_from_db()
    assert (ana.name, ana.language) == ("Ana", "pt_BR")


def test_what_is_exported_can_be_imported(lists: List, make: Make, alice: Browser, salons: Salons) -> None:
    make("=Ana", phone="+5511988881234", tags=["vip", "a b"], birthday="1990-11-20", language="en")
    with inside(salons.aurora.pk):
        bia = make("Bia")
    answer = alice.get("/contacts/export/?format=csv")
    body = body_of(answer)
    assert body.startswith(b"\xef\xbb\xbf")
    assert b",'=Ana,'+5511988881234," in body
    page = lists.bring(body.replace(b"Bia", b"Bea"))
    chosen = {
        number: page.split(f'name="column-{number}"')[1].split('" selected')[0].rpartition('"')[2]
        for number in range(page.count('name="column-'))
        if '" selected' in page.split(f'name="column-{number}"')[1].split("</select>")[0]
    }
    assert {"id", "name", "phone", "tags", "birthday", "language"} <= set(chosen.values())
    lists.check(chosen)
    lists.run()
    assert lists.counts() == {"created": 0, "changed": 1, "unchanged": 1, "repeated": 0, "refused": 0, "partly": 0}
    with inside(salons.aurora.pk):
        bia.refresh_from_db()
    assert bia.name == "Bea"
