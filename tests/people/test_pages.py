"""The pages of contacts and what is known of them: they work, who may not, the other salon (CR-001)."""

from datetime import timedelta

import pytest

from channels_wa.messages.models import Identity
from crm.contacts import actions, notes
from crm.contacts.models import Contact, CustomField, Note, Segment, Tag
from ops import clock
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tests.people.conftest import Guest, Make
from tests.world import Browser

XSS = '"><script>alert(1)</script>'


def page_of(guest: Guest, part: str = "") -> str:
    return f"/contacts/{guest.contact.public_id}/{part}"


def test_the_list_is_filtered_and_sorted(alice: Browser, make: Make) -> None:
    make("Ana", tags=["vip"], seen_at=clock.now() - timedelta(days=2), language="pt_BR")
    make("Bia", seen_at=clock.now() - timedelta(days=40))
    make("Caio", blocked_at=clock.now())
    for query, there, gone in (
        ({"tag": "vip"}, ["Ana"], ["Bia", "Caio"]),
        ({"seen": "30"}, ["Ana"], ["Bia", "Caio"]),
        ({"seen": "-30"}, ["Bia"], ["Ana", "Caio"]),
        ({"seen": "never"}, ["Caio"], ["Ana", "Bia"]),
        ({"blocked": "true"}, ["Caio"], ["Ana", "Bia"]),
        ({"language": "pt_BR"}, ["Ana"], ["Bia", "Caio"]),
        ({"open": "true"}, [], ["Ana", "Bia", "Caio"]),
        ({"consent": "marketing:never"}, ["Ana", "Bia", "Caio"], []),
        ({"created": "7"}, ["Ana", "Bia", "Caio"], []),
    ):
        page = alice.get_page("/contacts/", **query)
        for name in there:
            assert f"Mark {name}<" in page or f"{name}</span>" in page, (query, name)
        for name in gone:
            assert f">{name}</span>" not in page, (query, name)
    by_name = alice.get_page("/contacts/", sort="name")
    assert by_name.index(">Ana<") < by_name.index(">Bia<") < by_name.index(">Caio<")
    by_seen = alice.get_page("/contacts/", sort="seen")
    assert by_seen.index(">Ana<") < by_seen.index(">Bia<")
    assert ">Caio<" not in by_seen


@pytest.mark.parametrize("query", [{"consent": "nonsense"}, {"seen": "x"}, {"field": "none"}, {"segment": "x"}])
def test_a_filter_that_means_nothing_shows_nobody(alice: Browser, guest: Guest, query: dict[str, str]) -> None:
    assert "Beatriz" not in alice.get_page("/contacts/", **query)


@pytest.mark.parametrize("sort", ["", "name", "seen"])
def test_pages_go_both_ways_and_lose_nobody(alice: Browser, make: Make, sort: str) -> None:
    at = clock.now()
    made = [make(f"Guest {number % 7}", seen_at=at - timedelta(minutes=number % 5)) for number in range(70)]
    from crm.contacts import listing

    with inside(alice.salon.pk):
        seen, before, firsts = [], "", []
        while True:
            page = listing.page(Contact.objects.all(), sort=sort, before=before)
            seen += [row.pk for row in page.rows]
            firsts.append(page.rows[0].pk)
            if not page.before:
                break
            before = str(page.before)
        assert sorted(seen) == sorted(one.pk for one in made)
        back = listing.page(Contact.objects.all(), sort=sort, after=str(firsts[-1]))
        assert [row.pk for row in back.rows] == seen[30:60]


def test_a_new_contact_by_the_salons_country(alice: Browser, guest: Guest) -> None:
    answer = alice.post("/contacts/new/", {"name": "Ana", "phone": "(11) 97777-6666"})
    assert answer.status_code == 303
    with inside(guest.salon_id):
        assert Identity.objects.filter(value="+5511977776666").exists()
    known = alice.post("/contacts/new/", {"name": "Who", "phone": "11 98888 1234"})
    assert known["Location"] == page_of(guest) + "?known=1"
    assert alice.post("/contacts/new/", {"phone": "12"}).status_code == 422
    assert alice.post("/contacts/new/", {}).status_code == 422


def test_details_are_changed_and_the_change_is_told(alice: Browser, guest: Guest) -> None:
    with inside(guest.salon_id):
        CustomField.objects.create(key="visits", name="Visits", kind="number")
    body = {"name": "Bia", "language": "pt_BR", "birthday": "1992-02-29", "version": 1, "field_visits": "3"}
    assert alice.post(page_of(guest, "details/"), body, headers={"hx-request": "true"}).status_code == 200
    with inside(guest.salon_id):
        changed = Contact.objects.get(pk=guest.contact.pk)
        assert (changed.name, changed.fields, str(changed.birthday)) == ("Bia", {"visits": 3}, "1992-02-29")
    history = alice.get_page(page_of(guest, "history/"))
    assert "Beatriz Lima" in history
    assert "Visits" in history


def test_who_edits_an_older_version_learns_who_changed_what(alice: Browser, bob: Browser, guest: Guest) -> None:
    assert bob.post(page_of(guest, "details/"), {"name": "Bia", "version": 1}).status_code == 303
    answer = alice.post(page_of(guest, "details/"), {"name": "Bea", "version": 1}, headers={"hx-request": "true"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Bob" in page
    assert "Beatriz Lima" in page
    assert 'value="Bea"' in page
    with inside(guest.salon_id):
        assert Contact.objects.get(pk=guest.contact.pk).name == "Bia"


def test_a_value_that_does_not_fit_is_refused(alice: Browser, guest: Guest) -> None:
    with inside(guest.salon_id):
        CustomField.objects.create(key="visits", name="Visits", kind="number")
    for wrong in ({"field_visits": "many"}, {"birthday": "2999-01-01"}, {"birthday": "1990-02-29"}):
        answer = alice.post(page_of(guest, "details/"), {"name": "Bia", "version": 1, **wrong})
        assert answer.status_code == 422
    with inside(guest.salon_id):
        assert Contact.objects.get(pk=guest.contact.pk).version == 1


def test_tags_are_put_on_and_taken_off(alice: Browser, guest: Guest) -> None:
    alice.post(page_of(guest, "tag/"), {"add": "vip, new guest"})
    alice.post(page_of(guest, "tag/"), {"remove": "vip"})
    with inside(guest.salon_id):
        assert Contact.objects.get(pk=guest.contact.pk).tags == ["new guest"]


def test_a_guest_is_blocked_and_unblocked(alice: Browser, guest: Guest) -> None:
    alice.post(page_of(guest, "block/"), {"on": "true"})
    assert "Blocked since" in alice.get(page_of(guest), headers={"accept-language": "en"}).content.decode()
    alice.post(page_of(guest, "block/"), {"on": "false"})
    with inside(guest.salon_id):
        assert Contact.objects.get(pk=guest.contact.pk).blocked_at is None


def test_notes_are_written_pinned_edited_and_deleted_by_their_own(alice: Browser, bob: Browser, guest: Guest) -> None:
    alice.post(page_of(guest, "note/add/"), {"text": "Likes tea. @Bob, call them"})
    with inside(guest.salon_id):
        note = Note.objects.get()
        assert note.mentions == [bob.member.pk]
    assert "Likes tea" in bob.get_page("/contacts/mentions/")
    assert "Likes tea" not in alice.get_page("/contacts/mentions/")
    address = f"/notes/{note.public_id}/"
    assert bob.post(address, {"do": "delete"}, headers={"hx-request": "true"}).status_code == 422
    assert bob.post(address, {"do": "pin"}).status_code == 303
    assert "Likes tea" in bob.get_page(page_of(guest, "note/"))
    with inside(guest.salon_id):
        note.refresh_from_db()
        assert (note.is_pinned, note.seen_by) == (True, [bob.member.pk])
    alice.post(address, {"do": "edit", "text": "Likes coffee"})
    with inside(guest.salon_id):
        note.refresh_from_db()
        assert (note.text, note.mentions) == ("Likes coffee", [])
    alice.post(address, {"do": "delete"})
    with inside(guest.salon_id):
        assert not Note.objects.exists()
        assert AuditEntry.objects.filter(action="note.deleted").exists()


def test_many_are_tagged_and_blocked_at_once(alice: Browser, make: Make) -> None:
    made = [make("Ana"), make("Bia")]
    ids = [str(one.public_id) for one in made]
    alice.post("/contacts/many/", {"contact": ids, "do": "tag", "tags": "vip"})
    alice.post("/contacts/many/", {"contact": ids, "do": "block"})
    with inside(alice.salon.pk):
        assert all(one.tags == ["vip"] and one.blocked_at for one in Contact.objects.all())
    too_many = alice.post("/contacts/many/", {"contact": ids * 501, "do": "unblock"}, headers={"hx-request": "true"})
    assert too_many.status_code == 422


def test_the_timeline_has_messages_notes_and_changes(alice: Browser, guest: Guest) -> None:
    with inside(guest.salon_id):
        notes.add(guest.contact, "Likes tea", by=alice.member)
        actions.retag(guest.contact, add=["vip"], by=alice.member)
    page = alice.get(page_of(guest, "history/"), headers={"accept-language": "en"}).content.decode()
    for words in ("1 message from the guest", "Likes tea", "vip", "Alice", "First seen"):
        assert words in page, words


def test_settings_of_tags_and_fields(alice: Browser, make: Make) -> None:
    make("Ana", tags=["vip"])
    alice.post("/settings/tags/new/", {"name": "vip", "colour": "green"})
    alice.post("/settings/tags/new/", {"name": "gold"})
    assert "vip" in alice.get_page("/settings/tags/")
    with inside(alice.salon.pk):
        vip, gold = Tag.objects.get(name="vip"), Tag.objects.get(name="gold")
    alice.post(f"/settings/tags/{vip.public_id}/", {"do": "change", "name": "VIP", "colour": "red"})
    alice.post(f"/settings/tags/{gold.public_id}/", {"do": "merge", "into": str(vip.public_id)})
    with inside(alice.salon.pk):
        assert Contact.objects.get().tags == ["VIP"]
        assert list(Tag.objects.values_list("name", "colour")) == [("VIP", "red")]
    alice.post("/settings/fields/new/", {"name": "Hair", "kind": "choice", "options": "Curly\nStraight"})
    assert "Hair" in alice.get_page("/settings/fields/")
    with inside(alice.salon.pk):
        one = CustomField.objects.get()
        assert one.options == ["Curly", "Straight"]
    alice.post(f"/settings/fields/{one.public_id}/", {"do": "change", "name": "Hair type", "options": "Curly"})
    alice.post(f"/settings/fields/{one.public_id}/", {"do": "archive"})
    with inside(alice.salon.pk):
        one.refresh_from_db()
        assert (one.name, one.options, one.archived_at is not None) == ("Hair type", ["Curly"], True)


def test_a_segment_is_built_of_rows_counted_and_used(alice: Browser, make: Make) -> None:
    make("Ana", tags=["vip"])
    make("Bia")
    rows = {"match": "all", "field-0": "tag", "op-0": "has", "value-0": "vip"}
    assert "<strong>1</strong>" in alice.get_page("/settings/segments/rows/", **rows)
    assert alice.post("/settings/segments/new/", {"name": "VIPs", **rows}).status_code == 303
    with inside(alice.salon.pk):
        segment = Segment.objects.get()
        assert segment.filter == {"all": [{"field": "tag", "op": "has", "value": "vip"}]}
    assert 'value="vip"' in alice.get_page(f"/settings/segments/{segment.public_id}/")
    listed = alice.get_page("/contacts/", segment=str(segment.public_id))
    assert ">Ana</span>" in listed
    assert ">Bia</span>" not in listed
    assert alice.post("/settings/segments/new/", {"name": "vips", **rows}).status_code == 422
    alice.post(f"/settings/segments/{segment.public_id}/archive/", {"on": "true"})
    assert str(segment.public_id) not in alice.get_page("/contacts/")


WRITES = ["details/", "tag/", "block/", "note/add/"]


def test_a_viewer_reads_and_changes_nothing(vera: Browser, alice: Browser, guest: Guest) -> None:
    with inside(guest.salon_id):
        note = notes.add(guest.contact, "Likes tea", by=alice.member)
    for part in ("", "history/", "note/"):
        assert vera.get(page_of(guest, part)).status_code == 200
    for part in WRITES:
        assert vera.post(page_of(guest, part), {"text": "x", "on": "true", "add": "x"}).status_code == 403
    for address in ("/contacts/new/", "/contacts/many/", f"/notes/{note.public_id}/", "/settings/tags/new/"):
        assert vera.post(address, {"do": "delete"}).status_code == 403
    assert vera.get("/settings/segments/").status_code == 403
    with inside(guest.salon_id):
        assert Contact.objects.get(pk=guest.contact.pk).version == 1
        assert Note.objects.count() == 1


def test_the_other_salon_has_none_of_it(charlie: Browser, alice: Browser, guest: Guest) -> None:
    with inside(guest.salon_id):
        note = notes.add(guest.contact, "Likes tea", by=alice.member)
        tag = Tag.objects.create(name="vip")
    for part in ("", "history/", "note/", "details/"):
        assert charlie.get(page_of(guest, part)).status_code == 404
    for part in WRITES:
        assert charlie.post(page_of(guest, part), {"text": "x"}).status_code == 404
    assert charlie.post(f"/notes/{note.public_id}/", {"do": "pin"}).status_code == 404
    assert charlie.post(f"/settings/tags/{tag.public_id}/", {"do": "delete"}).status_code == 404
    charlie.post("/contacts/many/", {"contact": [str(guest.contact.public_id)], "do": "block"})
    with inside(guest.salon_id):
        assert Contact.objects.get(pk=guest.contact.pk).blocked_at is None


def test_whatever_people_write_is_shown_as_text(alice: Browser, make: Make) -> None:
    with inside(alice.salon.pk):
        CustomField.objects.create(key="hair", name=XSS[:80], kind="text")
        Tag.objects.create(name=XSS)
        Segment.objects.create(name=XSS, filter={"all": [{"field": "tag", "op": "has", "value": XSS}]})
    contact = make(XSS, tags=[XSS], fields={"hair": XSS, XSS: XSS}, preferences={"note": XSS}, language="pt_BR")
    with inside(alice.salon.pk):
        notes.add(contact, XSS, by=alice.member)
        actions.change(contact, {"name": XSS + "2", "preferences": {"time": XSS}}, by=alice.member)
        segment = Segment.objects.get()
    own = f"/contacts/{contact.public_id}/"
    for address in (
        "/contacts/", own, f"{own}details/", f"{own}note/", f"{own}history/", "/settings/tags/", "/settings/fields/",
        "/settings/segments/", f"/settings/segments/{segment.public_id}/",
    ):  # fmt: skip
        page = alice.get_page(address)
        assert "<script>alert" not in page, address
        assert " style=" not in page, address
