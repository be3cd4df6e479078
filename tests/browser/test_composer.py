"""Writing in the inbox by keyboard and by touch: what one answers, emoji, the window that closes."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Guest, Meet, Person
from tests.browser.test_story import inbox, open_talk
from tests.product import Product


def talk_with(owner: Person, guest: Guest) -> Page:
    """The guest wrote, the flow answered, and the owner looks at it."""
    page = inbox(owner)
    guest.writes("Queria falar com alguém")
    open_talk(page, guest)
    expect(page.locator(".talk .bubble--out .ticks--read")).to_have_count(1)
    return page


def sent(product: Product, guest: Guest) -> list[dict[str, Any]]:
    """What WhatsApp was told to bring them."""
    return [row["body"] for row in product.ledger(to=guest.digits)]


def test_fr_wa_003_one_answers_a_message_by_keyboard_alone(owner: Person, guest: Guest, product: Product) -> None:
    page = talk_with(owner, guest)
    newest = page.locator(".talk [data-tools]").last
    newest.focus()
    newest.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Responder", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#composer-quoted")).to_contain_text("Queria falar com alguém")
    expect(page.get_by_label("A sua mensagem")).to_be_focused()
    page.keyboard.type("Sou eu, a Ana!")
    page.keyboard.press("Enter")
    mine = page.locator(".talk .bubble--out", has_text="Sou eu, a Ana!")
    expect(mine).to_contain_text("Queria falar com alguém")
    expect(guest.heard.last).to_contain_text("Sou eu, a Ana!")
    assert sent(product, guest)[-1]["context"]["message_id"].startswith("wamid.")


def test_a_quote_is_dropped_and_escape_closes_what_is_open(owner: Person, guest: Guest) -> None:
    page = talk_with(owner, guest)
    tools = page.locator(".talk .bubble--in [data-tools]").last
    tools.focus()
    tools.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator(".bubble__menu")).to_have_count(0)
    expect(tools).to_be_focused()
    tools.press("Enter")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Responder sem citar").click()
    expect(page.locator("#composer-quoted")).to_have_count(0)


def test_fr_wa_003_an_emoji_shows_at_its_message_and_is_taken_back(
    meet: Meet, logged_in: Any, guest: Guest, product: Product
) -> None:
    page = talk_with(meet(storage_state=logged_in, viewport=PHONE, has_touch=True), guest)
    bubble = page.locator(".talk .bubble--in").last
    bubble.locator("[data-tools]").tap()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Reagir com ❤️").tap()
    expect(bubble.locator(".bubble__reactions")).to_contain_text("❤")
    bubble.locator("[data-tools]").tap()
    page.get_by_role("button", name="Tirar o emoji").tap()
    expect(bubble.locator(".bubble__reactions")).to_have_count(0)
    # Messages of a guest leave in order: what comes after it means that it left.
    page.get_by_label("A sua mensagem").fill("Até já!")
    page.get_by_role("button", name="Enviar", exact=True).tap()
    expect(guest.heard.last).to_contain_text("Até já!")
    emojis = [body["reaction"]["emoji"] for body in sent(product, guest) if body["type"] == "reaction"]
    assert emojis == ["❤️", ""]


def test_fr_wa_007_when_the_countdown_ends_the_page_asks_what_may_be_written(owner: Person, guest: Guest) -> None:
    page = talk_with(owner, guest)
    chip = page.locator(".talk__window[data-left-s]")
    expect(chip).to_contain_text("Fecha em 23 h")
    with page.expect_response(lambda answer: "part=composer" in answer.url, timeout=15_000):
        page.evaluate(
            """() => {
              const chip = document.querySelector("[data-left-s]"), late = chip.cloneNode(true);
              late.dataset.leftS = "0";
              chip.replaceWith(late);
              document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
    # It is open still, says the server, so it counts on.
    expect(chip).to_contain_text("Fecha em 23 h")


def test_the_guest_sees_that_they_were_read(owner: Person, guest: Guest) -> None:
    talk_with(owner, guest)
    expect(guest.phone.locator(".bubble--guest .ticks[data-state=read]")).to_have_count(1)
