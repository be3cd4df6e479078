"""What the composer keeps, offers and puts off."""

import secrets

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Guest, Meet, Person
from tests.browser.test_composer import talk_with

FIELD = "#composer-text"


def test_fr_wa_007_a_draft_is_there_on_another_device(owner: Person, guest: Guest) -> None:
    page = talk_with(owner, guest)
    with page.expect_response(lambda answer: "/draft/" in answer.url and answer.status == 200):
        page.locator(FIELD).fill("Olá, ainda escrevo")
    other = owner.open(page.url)
    expect(other.locator(FIELD)).to_have_value("Olá, ainda escrevo")
    other.locator(FIELD).press("Enter")
    expect(other.locator(".talk .bubble--out", has_text="Olá, ainda escrevo")).to_be_visible()
    expect(other.locator(FIELD)).to_have_value("")
    # The first one still shows it; who comes back to it sees that nothing is left to write.
    owner.forgiven += ("409",)
    page.evaluate('document.dispatchEvent(new Event("visibilitychange"))')
    expect(page.locator(FIELD)).to_have_value("")


def test_fr_wa_007_a_canned_reply_by_keyboard_and_by_touch(meet: Meet, logged_in: dict[str, str], guest: Guest) -> None:
    person = meet(storage_state=logged_in, viewport=PHONE, has_touch=True)
    word = f"x{secrets.token_hex(4)}"
    settings = person.open("/settings/replies/add/")
    assert settings.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    settings.locator("#id_shortcut").fill(word)
    settings.locator("#id_text").fill("Oi, {{ first_name }}! <b>Rua 5</b>")
    settings.locator("main form button.btn-primary").click()
    expect(settings.locator(".row-item", has_text=f"/{word}")).to_be_visible()
    page = talk_with(person, guest)
    filled = f"Oi, {guest.name.split()[0]}! <b>Rua 5</b>"
    page.locator(FIELD).press_sequentially(f"/{word}")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    page.locator(FIELD).fill("")
    page.locator(FIELD).press_sequentially(f"/{word[:6]}")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator(FIELD)).to_have_value(filled)
    expect(page.locator(".talk .bubble--out", has_text="Rua 5")).to_have_count(0)
    page.locator(FIELD).fill("")
    page.locator(FIELD).press_sequentially(f"/{word}")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("option").first.tap()
    expect(page.locator(FIELD)).to_have_value(filled)
    page.locator(FIELD).fill("")


def test_fr_wa_007_an_answer_leaves_later_or_never(owner: Person, guest: Guest) -> None:
    page = talk_with(owner, guest)
    page.locator(FIELD).fill("Até amanhã")
    page.locator("[popovertarget=send-later]").click()
    page.locator("#send-later button[name=later]").click()
    bubble = page.locator(".talk .bubble--out", has_text="Até amanhã")
    expect(bubble.locator(".bubble__later")).to_be_visible()
    expect(page.locator(FIELD)).to_have_value("")
    bubble.locator(".bubble__later summary").click()
    bubble.locator("form[action$='/cancel/'] button").click()
    expect(bubble.locator(".bubble__later")).to_have_count(0)
    expect(bubble).to_have_class("bubble bubble--out bubble--failed")
