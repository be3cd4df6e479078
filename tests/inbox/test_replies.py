"""Texts that are written often, by `/` in the composer (FR-WA-007)."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from channels_wa.messages.models import Message
from crm.contacts.models import Contact
from crm.inbox.models import CannedReply
from ops.salon import inside
from tests.inbox.conftest import Guest
from tests.media import files
from tests.world import Browser

XSS = "<img src=x onerror=alert(1)>"


def add(person: Browser, shortcut: str, text: str) -> Any:
    return person.post(
        "/settings/replies/add/", {"shortcut": shortcut, "text": text}, headers={"accept-language": "en"}
    )


def only(guest: Guest) -> CannedReply:
    with inside(guest.salon_id):
        return CannedReply.objects.get()


def offered(person: Browser, guest: Guest, typed: str = "") -> list[dict[str, str]]:
    answer = person.get(f"/inbox/{guest.conversation.public_id}/replies/", {"typed": typed})
    assert answer.status_code == 200
    return [{"shortcut": one["shortcut"], "text": one["text"]} for one in answer.json()["replies"]]


def test_fr_wa_007_a_reply_is_added_changed_and_deleted(alice: Browser, guest: Guest) -> None:
    assert add(alice, "/Prices", "Corte R$ 80").status_code == 303
    assert "/prices" in alice.get_page("/settings/replies/")
    url = f"/settings/replies/{only(guest).public_id}/"
    assert "Corte R$ 80" in alice.get_page(url)
    assert alice.post(url, {"shortcut": "cost", "text": "Corte R$ 90"}).status_code == 303
    assert (only(guest).shortcut, only(guest).text) == ("cost", "Corte R$ 90")
    assert alice.post(f"{url}delete/").status_code == 303
    with inside(guest.salon_id):
        assert not CannedReply.objects.exists()


@pytest.mark.parametrize("shortcut", ["", "two words", "a/b", "x" * 41, "PREÇO"])
def test_a_shortcut_is_one_word_of_its_own(alice: Browser, guest: Guest, shortcut: str) -> None:
    add(alice, "preço", "R$ 80")
    assert add(alice, shortcut, "R$ 90").status_code == 422
    assert only(guest).text == "R$ 80"


def test_two_replies_do_not_share_a_shortcut_by_a_change(alice: Browser, guest: Guest) -> None:
    add(alice, "a", "A")
    url = f"/settings/replies/{only(guest).public_id}/"
    add(alice, "b", "B")
    assert alice.post(url, {"shortcut": "b", "text": "A"}).status_code == 422


@pytest.mark.parametrize("text", ["Oi {{ last_name }}", "Oi {{ contact.name }}", "Oi {{ }}"])
def test_a_blank_that_is_none_is_refused(alice: Browser, guest: Guest, text: str) -> None:
    assert add(alice, "oi", text).status_code == 422


def test_fr_wa_007_blanks_are_filled_for_the_guest(alice: Browser, guest: Guest) -> None:
    with inside(guest.salon_id):
        Contact.objects.filter(pk=guest.contact.pk).update(name="Beatriz Souza")
    add(alice, "oi", "Oi {{first_name}} ({{ name }})! {{ my_name }}, {{ salon }}")
    assert offered(alice, guest) == [{"shortcut": "oi", "text": "Oi Beatriz (Beatriz Souza)! Alice, Aurora"}]


def test_the_blank_of_a_guest_without_a_name_leaves_no_gap(alice: Browser, guest: Guest) -> None:
    with inside(guest.salon_id):
        Contact.objects.filter(pk=guest.contact.pk).update(name="")
    add(alice, "oi", "Oi {{ first_name }}! Tudo bem?")
    assert offered(alice, guest)[0]["text"] == "Oi! Tudo bem?"


def test_what_a_guest_calls_themself_is_no_blank(alice: Browser, guest: Guest) -> None:
    with inside(guest.salon_id):
        Contact.objects.filter(pk=guest.contact.pk).update(name="{{salon}} x")
    add(alice, "oi", "Oi {{ first_name }}")
    assert offered(alice, guest)[0]["text"] == "Oi {{salon}}"


def test_fr_wa_007_shortcut_and_text_are_searched_without_accents(alice: Browser, guest: Guest) -> None:
    for shortcut, text in (("preco", "Corte"), ("onde", "Rua do Preço, 5"), ("oi", "100% seu")):
        add(alice, shortcut, text)
    assert [one["shortcut"] for one in offered(alice, guest, "PREÇ")] == ["preco", "onde"]
    assert [one["shortcut"] for one in offered(alice, guest, "%")] == ["oi"]
    assert [one["shortcut"] for one in offered(alice, guest)] == ["oi", "onde", "preco"]
    assert offered(alice, guest, "zzz\0") == []


def test_a_reply_is_text_and_no_markup(alice: Browser, guest: Guest) -> None:
    add(alice, "x", XSS)
    assert XSS not in alice.get_page("/settings/replies/")
    assert XSS not in alice.get_page(f"/settings/replies/{only(guest).public_id}/")
    answer = alice.get(f"/inbox/{guest.conversation.public_id}/replies/")
    assert answer.headers["Content-Type"] == "application/json"


def test_fr_wa_007_a_reply_brings_its_file_and_what_is_used_most_comes_first(alice: Browser, guest: Guest) -> None:
    up = alice.post("/media/upload/", {"file": SimpleUploadedFile("map.png", files.png(40, 40), "image/png")})
    media = up.json()["id"]
    data = {"shortcut": "where", "text": "Rua 5", "media": media}
    assert alice.post("/settings/replies/add/", data).status_code == 303
    add(alice, "hello", "Oi")
    talk = f"/inbox/{guest.conversation.public_id}"
    first, second = alice.get(f"{talk}/replies/").json()["replies"]
    assert (first["shortcut"], first["file"], second["file"]["id"]) == ("hello", None, media)
    # It is kept for the next time, whoever takes it out of a message or never sends it.
    alice.post(f"/media/{media}/discard/")
    form = {"text": "Rua 5", "media": media, "canned": second["id"]}
    assert alice.post(f"{talk}/send/", form).status_code == 200
    assert [one["shortcut"] for one in alice.get(f"{talk}/replies/").json()["replies"]] == ["where", "hello"]
    assert "map.png" in alice.get_page("/settings/replies/")
    with inside(guest.salon_id):
        message = Message.objects.filter(direction="out").get()
        assert (message.type, message.text, message.payload["media"]) == ("image", "Rua 5", media)


def test_a_reply_needs_a_text_or_a_file(alice: Browser, guest: Guest) -> None:
    assert add(alice, "nothing", " ").status_code == 422


def test_who_answers_uses_them_and_who_manages_changes_them(
    alice: Browser, bob: Browser, vera: Browser, charlie: Browser, guest: Guest
) -> None:
    add(alice, "oi", "Oi!")
    url = f"/settings/replies/{only(guest).public_id}/"
    assert offered(bob, guest) == [{"shortcut": "oi", "text": "Oi!"}]
    for path in ("/settings/replies/", "/settings/replies/add/", url):
        assert bob.get(path).status_code == 403
    assert bob.post(f"{url}delete/").status_code == 403
    assert vera.get(f"/inbox/{guest.conversation.public_id}/replies/").status_code == 403
    assert charlie.get(f"/inbox/{guest.conversation.public_id}/replies/").status_code == 404
    assert charlie.get(url).status_code == 404
    assert charlie.post(f"{url}delete/").status_code == 404
    assert only(guest).text == "Oi!"
