"""A message that did not arrive, as the salon sees it: its reason, and sending it again (FR-WA-009)."""

import os
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Guest, Meet, Person
from tests.product import Product, until

LIST = "/settings/sending/"


@pytest.fixture
def failed(owner: Person, product: Product, guest: Guest) -> Guest:
    """A guest who is answered, and to whom one more message could not be brought."""
    guest.writes("oi")
    expect(guest.heard).to_have_count(1)
    product.sandbox("faults", fault="error", code=131026, count=1)
    guest.writes("menu")
    until(lambda: product.rows("SELECT 1 FROM message WHERE status = 'failed'"), 30, "one has failed")
    return guest


def letters(page: Page) -> None:
    """A picture where a person wants one."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/sending-{page.viewport_size['width']}.png", full_page=True)  # type: ignore[index]


def test_a_failed_message_says_why_and_is_sent_again(owner: Person, failed: Guest, product: Product) -> None:
    page = owner.open(LIST)
    line = page.locator(".alert-row", has_text=failed.name)
    expect(line).to_contain_text("131026")
    expect(line).to_contain_text("não pode ser alcançado pelo WhatsApp")
    letters(page)
    line.get_by_role("button", name=re.compile("Enviar de novo")).click()
    expect(page.locator(".toast-note").first).to_contain_text("sendo enviada de novo")
    expect(line).to_have_count(0)
    expect(failed.heard).to_have_count(2)


def test_one_is_put_aside_and_back_on_a_phone(meet: Meet, logged_in: object, failed: Guest) -> None:
    page = meet(storage_state=logged_in, viewport=PHONE, color_scheme="dark").open(LIST)
    line = page.locator(".alert-row", has_text=failed.name)
    letters(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    line.get_by_role("button", name=re.compile("Pôr de lado")).click()
    expect(line).to_have_count(0)
    page.get_by_role("button", name="Desfazer").click()
    expect(line).to_have_count(1)


def test_all_of_a_list_are_put_aside_after_a_question(owner: Person, failed: Guest) -> None:
    page = owner.open(LIST)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Pôr todas de lado").click()
    expect(page.locator(".empty-title")).to_be_visible()
