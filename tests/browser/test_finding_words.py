"""From a search in a conversation to the message it found."""

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Guest, Meet
from tests.browser.test_composer import talk_with


def test_fr_wa_007_a_found_message_is_shown_and_lit(meet: Meet, logged_in: dict[str, str], guest: Guest) -> None:
    page = talk_with(meet(storage_state=logged_in, viewport=PHONE, has_touch=True), guest)
    page.locator("[popovertarget=talk-find]").tap()
    page.locator("#talk-find-words").press_sequentially("ALGUEM")
    expect(page.locator(".found__one")).not_to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator(".found__one", has_text="Queria falar").tap()
    expect(page.locator("#talk-find")).to_be_hidden()
    expect(page.locator(".bubble--found")).to_contain_text("Queria falar com alguém")
