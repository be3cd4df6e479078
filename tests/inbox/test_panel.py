"""What is known of the guest beside the conversation, and notes among its messages (CR-001, FR-WA-007)."""

import re
from datetime import timedelta
from typing import Any

import pytest

from crm.contacts import notes
from crm.contacts.models import Note
from ops import clock
from ops.salon import inside
from tenants.alerts.models import Alert
from tests.inbox.conftest import Guest, Rule
from tests.world import Browser


def talk(guest: Guest, part: str = "") -> str:
    return f"/inbox/{guest.conversation.public_id}/{part}"


def write(person: Browser, guest: Guest, text: str) -> Note:
    assert person.post(talk(guest, "note/"), {"text": text}, headers={"HX-Request": "true"}).status_code == 200
    with inside(guest.salon_id):
        return Note.objects.latest("pk")


def test_cr_001_the_panel_says_who_they_are_and_leads_on(alice: Browser, guest: Guest) -> None:
    page = alice.get_page(talk(guest, "panel/"))
    contact = guest.contact.public_id
    for part in (
        "Beatriz Lima",
        "+55 11 98888-1234",
        f"/deals/contacts/{contact}/?conversation={guest.conversation.public_id}",
        f"/contacts/{contact}/note/?conversation={guest.conversation.public_id}",
        f"/contacts/{contact}/tag/",
        "panel-bot",
    ):
        assert part in page
    assert f"/deals/contacts/{contact}/" in alice.get_page(f"/contacts/{contact}/")


def test_who_sees_masked_phones_sees_them_so_in_the_panel_and_who_only_looks_changes_nothing(
    bob: Browser, vera: Browser, charlie: Browser, guest: Guest, rule: Rule
) -> None:
    rule(masked_roles=["receptionist"])
    assert not re.search(r"98888-?1234", bob.get_page(talk(guest, "panel/")))
    seen = vera.get_page(talk(guest, "panel/"))
    assert "<select" not in seen and "/tag/" not in seen
    assert charlie.get(talk(guest, "panel/")).status_code == 404
    assert vera.post(talk(guest, "note/"), {"text": "x"}).status_code == 403
    assert charlie.post(talk(guest, "note/"), {"text": "x"}).status_code == 404


def test_fr_wa_007_a_note_stands_among_the_messages_of_its_time(alice: Browser, guest: Guest) -> None:
    at = clock.now()
    for number in range(120):
        guest.wrote(f"line {number:03}", at=at + timedelta(minutes=number))
    with inside(guest.salon_id):
        for minute in (-1, 30, 69, 70, 119, 500):
            Note.objects.create(
                contact=guest.contact,
                conversation_id=guest.conversation.pk,
                text=f"note {minute}!",
                at=at + timedelta(minutes=minute, seconds=30),
            )
    pages, url = [], f"{talk(guest)}?part=messages"
    while url:
        page = alice.get_page(url)
        pages.append(page)
        url = page.partition("bubbles__older")[2].partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
    assert len(pages) == 3
    whole = "".join(reversed(pages))
    for minute in (-1, 30, 69, 70, 119, 500):
        assert whole.count(f"note {minute}!") == 1
    assert whole.index("line 030") < whole.index("note 30!") < whole.index("line 031")
    assert whole.index("line 069") < whole.index("note 69!") < whole.index("line 070") < whole.index("note 70!")
    assert whole.index("line 119") < whole.index("note 119!") < whole.index("note 500!")


def test_of_very_many_notes_the_newest_hundred_are_shown(alice: Browser, guest: Guest) -> None:
    at = clock.now() - timedelta(hours=1)
    with inside(guest.salon_id):
        Note.objects.bulk_create(
            Note(
                contact=guest.contact, conversation_id=guest.conversation.pk, text=f"n{one}!",
                at=at + timedelta(seconds=one),
            )
            for one in range(130)
        )  # fmt: skip
    page = alice.get_page(f"{talk(guest)}?part=messages")
    assert [one for one in range(130) if f"n{one}!" in page] == list(range(30, 130))
    assert page.index("n30!") < page.index("n129!")


def test_fr_wa_007_who_is_named_is_told_alone_until_they_read_it(alice: Browser, bob: Browser, guest: Guest) -> None:
    note = write(alice, guest, "@Bob and @Vera, who comes? @Alice")
    bell = bob.get_page("/settings/alerts/")
    assert "names you in a note" in bell and "who comes?" in bell and talk(guest) in bell
    assert "names you in a note" not in alice.get_page("/settings/alerts/")
    assert "Beatriz" in bob.get_page("/inbox/", mentions="1")
    assert f'id="note-{note.public_id}"' in alice.get_page(talk(guest))
    assert f'{talk(guest, "read/")}" hx-trigger="load' in bob.get_page(talk(guest))
    bob.post(talk(guest, "read/"))
    assert "names you in a note" not in bob.get_page("/settings/alerts/")
    assert "Beatriz" not in bob.get_page("/inbox/", mentions="1")
    with inside(guest.salon_id):
        # Vera, who sees no alerts, finds it among her mentions.
        assert Alert.objects.filter(closed_at=None, kind="note.mention").count() == 1


def test_what_one_may_not_see_one_is_not_told_of(alice: Browser, bob: Browser, guest: Guest, rule: Rule) -> None:
    rule(own_only_roles=["receptionist"])
    write(alice, guest, "@Bob?")
    with inside(guest.salon_id):
        assert not Alert.objects.exists()
        assert Note.objects.get().mentions == notes.mentions("@bob")


@pytest.mark.parametrize("text", ["", "  ", "x" * 4001])
def test_a_note_has_words_and_not_too_many(alice: Browser, guest: Guest, text: str) -> None:
    answer: Any = alice.post(talk(guest, "note/"), {"text": text}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
