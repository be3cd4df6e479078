"""/api/v1/contacts/ (API-001)."""

from channels_wa.messages.models import Identity
from crm.contacts.models import Contact, CustomField
from ops.events.models import Event
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tests.api.conftest import Seeded
from tests.api.program import Program, fields, problem


def test_it_shows_a_contact(program: Program, seeded: Seeded) -> None:
    found = program.ask(f"contacts/{seeded.contact}/")
    assert found.pop("created_at").endswith("Z")
    assert found == {
        "id": seeded.contact,
        "name": "Ana aurora",
        "identities": [{"kind": "phone", "value": "+5511988881234"}],
        "tags": ["aurora"],
        "fields": {"note": "aurora"},
        "language": "",
        "birthday": None,
        "preferences": {},
        "blocked": False,
        "seen_at": None,
        "version": 1,
        "consents": [],
        "attribution": {"first": None, "last": None},
    }


def test_it_lists_them(program: Program, seeded: Seeded) -> None:
    page = program.ask("contacts/")
    assert page.keys() == {"next", "previous", "results"}
    assert [one["id"] for one in page["results"]] == [seeded.contact]


def test_it_finds_by_identity(program: Program, seeded: Seeded) -> None:
    for spelled in ("+5511988881234", "5511988881234"):
        assert len(program.ask("contacts/", identity=spelled)["results"]) == 1
    assert program.ask("contacts/", identity="551198888123")["results"] == []


def test_it_searches(program: Program, seeded: Seeded) -> None:
    for text in ("ana", "AURORA", "98888-1234", "8888"):
        assert len(program.ask("contacts/", search=text)["results"]) == 1, text
    assert program.ask("contacts/", search="bia")["results"] == []


def test_it_makes_a_contact(program: Program) -> None:
    body = {"name": "Bia", "identities": [{"kind": "phone", "value": "+5511977776666"}], "tags": ["vip", "vip"]}
    answer = program.write("contacts/", body)
    assert answer.status_code == 201
    made = answer.json()
    assert made["tags"] == ["vip"]
    assert program.get(answer["Location"]).json() == made


def test_a_new_contact_is_audited_and_told(program: Program) -> None:
    made = program.write("contacts/", {"name": "Bia"}).json()
    with inside(program.salon.pk):
        assert AuditEntry.objects.get(subject=made["id"]).actor_kind == "apikey"
        assert Event.objects.get(subject=made["id"]).kind == "contact.created"


def test_it_refuses_a_known_identity(program: Program, seeded: Seeded) -> None:
    answer = program.write("contacts/", {"name": "B", "identities": [{"value": "+5511988881234"}]})
    assert fields(answer, 409) == ["identities.0.value"]
    with inside(program.salon.pk):
        assert Contact.objects.count() == Identity.objects.count() == 1


def test_it_changes_what_is_given(program: Program, seeded: Seeded) -> None:
    body = {"tags": [], "fields": {"note": None, "size": 38}}
    changed = program.write(f"contacts/{seeded.contact}/", body, method="patch").json()
    assert (changed["name"], changed["tags"], changed["fields"]) == ("Ana aurora", [], {"size": 38})


def test_a_change_is_audited_with_before_and_after(program: Program, seeded: Seeded) -> None:
    program.write(f"contacts/{seeded.contact}/", {"name": "Ana Lima"}, method="patch")
    with inside(program.salon.pk):
        entry = AuditEntry.objects.get(subject=seeded.contact)
    assert (entry.before, entry.after) == ({"name": "Ana aurora"}, {"name": "Ana Lima"})


def test_an_identity_is_not_changed(program: Program, seeded: Seeded) -> None:
    answer = program.write(f"contacts/{seeded.contact}/", {"identities": []}, method="patch")
    assert fields(answer) == ["identities"]


def test_a_viewer_only_looks(program: Program, seeded: Seeded) -> None:
    viewer = Program(program.salon, role="viewer")
    assert viewer.ask("contacts/")["results"]
    problem(viewer.write("contacts/", {"name": "B"}), 403)
    problem(viewer.write(f"contacts/{seeded.contact}/", {"name": "B"}, method="patch"), 403)
    with inside(program.salon.pk):
        assert list(Contact.objects.values_list("name", flat=True)) == ["Ana aurora"]


def test_another_salon_sees_nothing(stranger: Program, seeded: Seeded) -> None:
    problem(stranger.get(f"/api/v1/contacts/{seeded.contact}/"), 404)
    problem(stranger.write(f"contacts/{seeded.contact}/", {"name": "B"}, method="patch"), 404)
    assert stranger.ask("contacts/")["results"] == []


def test_a_change_of_what_one_saw(program: Program, seeded: Seeded) -> None:
    """CR-001: two who edit notice each other."""
    address = f"contacts/{seeded.contact}/"
    first = program.write(address, {"name": "Ana L", "version": 1}, method="patch")
    assert first.json()["version"] == 2
    assert fields(program.write(address, {"name": "Ana M", "version": 1}, method="patch"), 409) == ["version"]
    assert program.ask(address)["name"] == "Ana L"


def test_a_birthday_preferences_and_a_block(program: Program, seeded: Seeded) -> None:
    body = {"birthday": "1992-02-29", "preferences": {"time": "mornings"}, "language": "pt_BR", "blocked": True}
    changed = program.write(f"contacts/{seeded.contact}/", body, method="patch").json()
    assert {name: changed[name] for name in body} == body
    assert program.ask("contacts/", blocked="true")["results"] == [changed]
    assert program.ask("contacts/", blocked="false")["results"] == []


def test_a_birthday_is_a_day_that_was(program: Program, seeded: Seeded) -> None:
    for wrong in ("2999-01-01", "1990-02-29", "soon"):
        answer = program.write(f"contacts/{seeded.contact}/", {"birthday": wrong}, method="patch")
        assert fields(answer, 400) == ["birthday"]


def test_a_field_of_a_kind_takes_its_values_only(program: Program, seeded: Seeded) -> None:
    """CR-001: typed custom fields."""
    with inside(program.salon.pk):
        CustomField.objects.create(key="visits", name="Visits", kind="number")
    address = f"contacts/{seeded.contact}/"
    assert fields(program.write(address, {"fields": {"visits": "many"}}, method="patch"), 400) == ["fields.visits"]
    changed = program.write(address, {"fields": {"visits": "12"}}, method="patch").json()
    assert changed["fields"]["visits"] == 12


def test_it_filters_by_tag(program: Program, seeded: Seeded) -> None:
    assert len(program.ask("contacts/", tag="aurora")["results"]) == 1
    assert program.ask("contacts/", tag="aur")["results"] == []
