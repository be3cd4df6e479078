"""Files both ways in Chromium: a guest's photo comes by itself, a person's goes with its words, a bad one says why."""

import json
import urllib.request

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Guest, Meet, Person
from tests.browser.test_story import inbox, open_talk
from tests.media import files
from tests.product import Product


def guest_sends(product: Product, guest: Guest, data: bytes, *, kind: str, mime_type: str) -> None:
    """From the guest's phone, by the sandbox's own door."""
    pnid, url = product.demo["phone_number_id"], product.demo["sandbox_url"].replace("localhost", "127.0.0.1")
    upload = urllib.request.Request(
        f"{url}/_sandbox/media?phone_number_id={pnid}&filename=arquivo", data, {"Content-Type": mime_type}
    )
    with urllib.request.urlopen(upload, timeout=10) as answer:
        media = json.load(answer)["media"]
    wish = {"phone_number_id": pnid, "from": guest.digits, "name": guest.name, "type": kind, "media": media}
    with urllib.request.urlopen(f"{url}/_sandbox/inbound", json.dumps(wish).encode(), timeout=10) as answer:
        assert answer.status == 200


def talk_of(page: Page, guest: Guest) -> Page:
    guest.writes("oi")
    open_talk(page, guest)
    expect(page.locator(".talk .bubble--in").first).to_be_visible()
    return page


def attach(page: Page, name: str, mime_type: str, data: bytes) -> None:
    page.set_input_files("#attach-file", {"name": name, "mimeType": mime_type, "buffer": data})


def test_fr_wa_006_a_guests_photo_comes_by_itself_and_opens_large(
    owner: Person, guest: Guest, product: Product
) -> None:
    page = talk_of(inbox(owner), guest)
    guest_sends(product, guest, files.jpeg(800, 600), kind="image", mime_type="image/jpeg")
    picture = page.locator(".talk .bubble--in .media--picture img")
    expect(picture).to_have_js_property("naturalWidth", 640)
    picture.click()
    large = page.locator("dialog.media-large img")
    expect(large).to_have_js_property("naturalWidth", 800)
    page.keyboard.press("Escape")
    expect(large).to_have_count(0)


def test_a_guests_bad_file_says_why(owner: Person, guest: Guest, product: Product) -> None:
    page = talk_of(inbox(owner), guest)
    guest_sends(product, guest, files.SVG, kind="document", mime_type="image/svg+xml")
    expect(page.locator(".talk .bubble--in .media--bad")).to_contain_text("um navegador poderia executar")


def test_a_photo_goes_with_its_words(owner: Person, guest: Guest) -> None:
    page = talk_of(inbox(owner), guest)
    page.set_input_files(
        "#attach-file", {"name": "corte.jpg", "mimeType": "image/jpeg", "buffer": files.jpeg(640, 480)}
    )
    expect(page.locator(".attach__state")).to_contain_text("pronto para enviar")
    page.locator("#composer-text").fill("Ficou assim")
    page.locator("#composer-text").press("Enter")
    expect(page.locator(".talk .bubble--out", has_text="Ficou assim")).to_be_visible()
    expect(page.locator(".talk .bubble--out .media--picture img")).to_have_js_property("naturalWidth", 640)
    expect(page.locator(".attach__file")).to_have_count(0)
    heard = guest.heard.filter(has_text="Ficou assim")
    expect(heard.locator("img")).to_have_js_property("naturalWidth", 640)


def test_a_file_that_cannot_go_says_why_and_is_taken_away(owner: Person, guest: Guest) -> None:
    owner.forgiven = ("422",)
    page = talk_of(inbox(owner), guest)
    attach(page, "logo.svg", "image/svg+xml", files.SVG)
    expect(page.locator(".attach__state")).to_contain_text("um navegador poderia executar")
    page.locator("[data-attach-drop]").click()
    expect(page.locator(".attach__file")).to_have_count(0)
    expect(page.locator("#composer-text")).to_have_attribute("required", "")


def test_a_phone_has_room_for_a_file_and_its_words(meet: Meet, logged_in: object, guest: Guest) -> None:
    page = talk_of(inbox(meet(storage_state=logged_in, viewport=PHONE)), guest)
    page.set_input_files(
        "#attach-file", {"name": "x" * 80 + ".pdf", "mimeType": "application/pdf", "buffer": files.PDF}
    )
    expect(page.locator(".attach__state")).to_contain_text("pronto para enviar")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
