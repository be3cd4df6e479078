"""What a person has begun to write waits for them on each of their devices (FR-WA-007)."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.inbox.models import Conversation, Draft
from ops.salon import inside
from tests.inbox.conftest import Guest
from tests.media import files
from tests.world import Browser

HTMX = {"hx-request": "true"}


def keep(person: Browser, talk: Conversation, text: str, version: int = 0, **more: str) -> Any:
    return person.post(f"/inbox/{talk.public_id}/draft/", {"text": text, "version": version, **more})


def composer(person: Browser, talk: Conversation) -> str:
    return person.get_page(f"/inbox/{talk.public_id}/", part="composer")


def test_fr_wa_007_a_draft_waits_on_another_device(alice: Browser, guest: Guest) -> None:
    assert keep(alice, guest.conversation, "Olá, Bea").json() == {"version": 1}
    page = composer(Browser(alice.salon, "alice@example.com"), guest.conversation)
    assert ">Olá, Bea</textarea>" in page
    assert 'data-draft-version="1"' in page


def test_fr_wa_007_an_older_device_gets_the_newer_words(alice: Browser, guest: Guest) -> None:
    keep(alice, guest.conversation, "Olá")
    assert keep(alice, guest.conversation, "Olá, Bea", version=1).json() == {"version": 2}
    answer = keep(alice, guest.conversation, "Oi", version=1)
    assert (answer.status_code, answer.json()) == (409, {"text": "Olá, Bea", "version": 2})
    assert keep(alice, guest.conversation, "Oi", version=2).status_code == 200


def test_a_sign_that_no_database_keeps_is_left_out(alice: Browser, guest: Guest) -> None:
    assert keep(alice, guest.conversation, "O\0lá").status_code == 200
    assert ">Olá</textarea>" in composer(alice, guest.conversation)


def test_the_same_words_twice_are_no_conflict(alice: Browser, guest: Guest) -> None:
    keep(alice, guest.conversation, "Olá")
    assert keep(alice, guest.conversation, "Olá").json() == {"version": 1}


def test_a_draft_is_seen_by_its_writer_only(alice: Browser, bob: Browser, guest: Guest) -> None:
    keep(alice, guest.conversation, "Olá, de Alice")
    assert "de Alice" not in composer(bob, guest.conversation)
    assert keep(bob, guest.conversation, "Olá, de Bob").json() == {"version": 1}
    assert "de Alice" in composer(alice, guest.conversation)


def test_a_draft_keeps_what_it_answers(alice: Browser, guest: Guest) -> None:
    heard = guest.wrote("Tem horário?", wamid="wamid.guest")
    keep(alice, guest.conversation, "Tem!", reply_to=str(heard.public_id))
    assert f'name="reply_to" value="{heard.public_id}"' in composer(alice, guest.conversation)


def test_what_was_sent_is_no_draft(alice: Browser, guest: Guest) -> None:
    guest.wrote("oi")
    keep(alice, guest.conversation, "Olá, Bea")
    alice.post(f"/inbox/{guest.conversation.public_id}/send/", {"text": "Olá, Bea"}, headers=HTMX)
    assert ">Olá, Bea</textarea>" not in composer(alice, guest.conversation)
    # The other device, which still shows it, learns so.
    answer = keep(alice, guest.conversation, "Olá, Bea", version=1)
    assert (answer.status_code, answer.json()) == (409, {"text": "", "version": 2})


def test_a_refused_message_stays_a_draft(alice: Browser, guest: Guest) -> None:
    guest.wrote("oi")
    keep(alice, guest.conversation, "Olá")
    alice.post(f"/inbox/{guest.conversation.public_id}/send/", {"text": ""}, headers=HTMX)
    assert ">Olá</textarea>" in composer(alice, guest.conversation)


def test_a_draft_is_text_and_no_markup(alice: Browser, guest: Guest) -> None:
    keep(alice, guest.conversation, "</textarea><script>x</script>")
    assert "<script>x" not in composer(alice, guest.conversation)


def test_who_may_not_write_keeps_none(vera: Browser, charlie: Browser, guest: Guest) -> None:
    assert keep(vera, guest.conversation, "x").status_code == 403
    assert keep(charlie, guest.conversation, "x").status_code == 404
    with inside(guest.salon_id):
        assert not Draft.objects.exists()


@pytest.mark.parametrize("version", ["x", "-1", "9" * 30, "²"])
def test_a_version_that_is_none_counts_as_the_first(alice: Browser, guest: Guest, version: str) -> None:
    answer = alice.post(f"/inbox/{guest.conversation.public_id}/draft/", {"text": "Olá", "version": version})
    assert answer.json() == {"version": 1}


def test_a_draft_keeps_its_file_until_it_is_sent(alice: Browser, guest: Guest) -> None:
    file = SimpleUploadedFile("corte.jpg", files.jpeg(), "image/jpeg")
    media = alice.post("/media/upload/", {"file": file}).json()["id"]
    keep(alice, guest.conversation, "Ficou assim", media=media)
    held = f'name="media" value="{media}"'
    assert held in composer(Browser(alice.salon, "alice@example.com"), guest.conversation)
    alice.post(f"/inbox/{guest.conversation.public_id}/send/", {"text": "Ficou assim", "media": media}, headers=HTMX)
    assert held not in composer(alice, guest.conversation)
