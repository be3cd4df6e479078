"""A second number: connected through Meta's dialog, used, broken and connected again (WA-011, WA-013)."""

import re
import secrets

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Person
from tests.product import Product, until


def go_through_the_dialog(page: Page) -> None:
    page.get_by_role("button", name="Continuar para a Meta").click()
    page.wait_for_url("**/dialog/oauth**")


def test_a_second_number_is_connected_broken_and_connected_again(owner: Person, product: Product) -> None:
    page = owner.open("/settings/")
    page.get_by_role("link", name=re.compile("Números de WhatsApp")).click()
    page.get_by_role("link", name="Conectar um número").click()
    go_through_the_dialog(page)
    page.locator("input[name=name]").fill("Aurora Centro")
    page.locator("button[value=continue]").click()
    page.get_by_role("button", name="Conectar este número").click()
    expect(page.locator("#status")).to_contain_text("Funcionando")
    expect(page.locator("#status")).to_contain_text("Aurora Centro")
    address = page.url
    pnid, waba = product.rows("SELECT phone_number_id, waba_id FROM number ORDER BY id DESC LIMIT 1")[0]

    # It works at once: a guest's message comes, the flow's answer leaves.
    guest = f"55119{secrets.randbelow(10**8):08d}"
    writes(product, pnid, guest, "oi")
    until(lambda: sent(product, guest), 15, "an answer through the new number")

    # Its token breaks: it stops, and says why.
    product.sandbox("faults", fault="token_expired", phone_number_id=pnid)
    writes(product, pnid, guest, "Preços")
    writes(product, pnid, guest[:-1] + ("1" if guest.endswith("0") else "0"), "oi")
    stopped = "SELECT 1 FROM number WHERE phone_number_id = %s AND state = 'stopped'"
    until(lambda: product.rows(stopped, [pnid]), 15, "the number is stopped")
    page.goto(address)
    expect(page.get_by_role("alert")).to_contain_text("token")

    # Connected again, what waited leaves.
    before = len(sent(product, guest[:-1]))
    page.locator("#page").get_by_role("link", name="Conectar de novo").click()
    go_through_the_dialog(page)
    page.locator(f'input[name=choice][value="{waba}"]').check()
    page.locator("button[value=continue]").click()
    expect(page.locator("#status")).to_contain_text("Funcionando")
    until(lambda: len(sent(product, guest[:-1])) > before, 20, "what waited has left")


def writes(product: Product, pnid: str, guest: str, text: str) -> None:
    product.sandbox("inbound", **{"phone_number_id": pnid, "from": guest, "text": text})


def sent(product: Product, digits: str) -> list[object]:
    return [one for one in product.ledger() if str(one["body"].get("to", "")).lstrip("+").startswith(digits)]


def test_settings_are_reached_on_a_phone(owner: Person) -> None:
    page = owner.open("/")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.locator(".person--top summary").click()
    page.locator(".person--top").get_by_role("link", name="Configurações").click()
    expect(page.get_by_role("heading", name="Configurações")).to_be_visible()
