"""People come and go: log-in, hand-over to the salon, log-out, a forgotten password, a new salon."""

import json
import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Meet, log_in
from tests.product import Product, until


@pytest.fixture(scope="module")
def new_salon(product: Product) -> dict[str, str]:
    """A salon that nobody has written to, and its owner."""
    slug = f"studio{secrets.randbelow(10**6)}"
    who = ("--slug", slug, "--owner-email", f"{slug}@example.com")
    said = product.manage("open_salon", "Studio Novo", *who, "--demo", "--json")
    found: dict[str, str] = json.loads(said.splitlines()[-1])
    return found


def test_a_person_enters_a_salon_and_leaves_it(meet: Meet, product: Product) -> None:
    demo, someone = product.demo, meet()
    page = someone.open(demo["public_url"])
    log_in(page, product, demo["owner_email"], demo["owner_password"])
    assert page.url == f"{demo['salon_url']}/"
    page.locator(".person--side summary").click()
    page.locator(".person--side").get_by_role("button", name="Sair").click()
    page.wait_for_url("**/accounts/login/")
    page.goto(f"{demo['salon_url']}/inbox/")
    expect(page.locator("#id_password")).to_be_visible()


def test_the_language_chosen_sticks_to_the_person(meet: Meet, product: Product, new_salon: dict[str, str]) -> None:
    page = meet().open(product.demo["public_url"])
    log_in(page, product, new_salon["owner_email"], new_salon["owner_password"])
    page.locator(".person--side summary").click()
    page.locator(".person--side").get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.goto(f"{new_salon['salon_url']}/inbox/")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    # Another machine of the same person, on the salon's host.
    elsewhere = meet().open(product.demo["public_url"])
    log_in(elsewhere, product, new_salon["owner_email"], new_salon["owner_password"])
    expect(elsewhere.locator("html")).to_have_attribute("lang", "es")


def test_a_new_salon_is_told_how_to_get_its_first_message(
    meet: Meet, product: Product, new_salon: dict[str, str]
) -> None:
    page = meet().open(product.demo["public_url"])
    log_in(page, product, new_salon["owner_email"], new_salon["owner_password"])
    page.goto(f"{new_salon['salon_url']}/inbox/")
    link = page.locator(".rows__empty a")
    expect(link).to_have_attribute("href", re.compile(rf"/phone\?pnid={new_salon['phone_number_id']}$"))


def test_a_forgotten_password_is_replaced_by_mail(meet: Meet, product: Product, new_salon: dict[str, str]) -> None:
    public, fresh = product.demo["public_url"], secrets.token_urlsafe(12)
    page = meet().open(f"{public}/accounts/password/reset/")
    page.locator("#id_email").fill(new_salon["owner_email"])
    page.locator("main form[method=post] button").first.click()
    page.wait_for_url("**/accounts/password/reset/done/")
    page.goto(f"{public}/demo/mail/")
    letter = page.locator(".demo-mail", has_text=new_salon["owner_email"])
    link = letter.locator("a[href*='/password/reset/key/']").first
    until(lambda: page.reload() and link.count() > 0, 20, "the letter has arrived")
    link.click()
    page.locator("#id_password1").fill(fresh)
    if page.locator("#id_password2").count():
        page.locator("#id_password2").fill(fresh)
    page.locator("main form[method=post] button").first.click()
    page.wait_for_url("**/accounts/password/reset/key/done/")
    log_in(page, product, new_salon["owner_email"], fresh)
    assert page.url.rstrip("/") == new_salon["salon_url"]
