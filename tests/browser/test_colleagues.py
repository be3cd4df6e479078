"""Two who work side by side in one salon: in the same conversation, and over the same person written down twice."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Guest, Meet, Person, log_in
from tests.browser.test_composer import talk_with
from tests.product import Product

# There is no page yet that lets somebody in.
LET_IN = """
from allauth.account.models import EmailAddress
from tenants.accounts.models import User
from tenants.salons.actions import add_member
from tenants.salons.models import Salon
user = User.objects.create_user({email!r}, {password!r}, name="Ana Reis")
EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
add_member(Salon.objects.get(slug={slug!r}), user, role="receptionist")
"""
DEAF = "window.WebSocket = class { close() {} send() {} };"


@pytest.fixture
def ana(meet: Meet, product: Product) -> Person:
    """A receptionist with a phone."""
    email, password = f"ana{secrets.token_hex(4)}@example.com", secrets.token_urlsafe(12)
    product.manage("shell", "-c", LET_IN.format(email=email, password=password, slug=product.demo["salon_slug"]))
    person = meet(viewport=PHONE, has_touch=True)
    log_in(person.open(""), product, email, password)
    return person


def test_fr_wa_007_two_agents_in_one_conversation(owner: Person, ana: Person, guest: Guest) -> None:
    """Each sees the other; one takes it, and whoever is late is told who has it."""
    page = talk_with(owner, guest)
    hers, late = ana.open(page.url), ana.open("")
    late.add_init_script(DEAF)
    late.goto(page.url)
    for seen, by in (("Ana Reis", page), ("Owner", hers)):
        expect(by.locator("[data-talk-presence]")).to_contain_text(seen)
    page.locator("#composer-text").press_sequentially("Olá")
    expect(hers.locator("[data-talk-presence]")).to_have_class(re.compile("is-typing"))
    page.locator("form[action$='/take/'] button").click()
    expect(page.locator("#handling form")).to_have_count(0)
    expect(hers.locator("#handling summary")).to_contain_text("Owner")
    ana.forgiven += ("409",)
    late.locator("form[action$='/take/'] button").tap()
    expect(late.locator("#toasts")).to_contain_text("Owner")
    expect(hers.locator("form[action$='/take/']")).to_have_count(0)


def test_cr_001_a_duplicate_is_merged_by_hand_and_the_merge_undone(
    meet: Meet, logged_in: dict[str, str], guest: Guest
) -> None:
    """On a phone: who wrote, and who was written down by name before."""
    page = talk_with(meet(storage_state=logged_in, viewport=PHONE, has_touch=True), guest)
    salon = page.url.partition("/inbox/")[0]
    page.goto(f"{salon}{page.locator('.talk__name a').get_attribute('href')}")
    who = f"Bia {secrets.token_hex(4)}"
    other = page.context.new_page()
    other.goto(f"{salon}/contacts/new/")
    other.locator("main [name=name]").fill(who)
    other.locator("main form .btn-primary").tap()
    other.wait_for_url(re.compile("/contacts/[0-9a-f-]{36}/"))
    page.locator("a[href$='/merge/']").tap()
    page.locator("#search").press_sequentially(who)
    page.locator("#found a", has_text=who).tap()
    expect(page.locator("#stays")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("main form .btn-primary").tap()
    undo = page.locator("form[action*='/merges/'] button")
    expect(undo).to_be_visible()
    # The address of the one that went leads to the one that stayed.
    other.reload()
    expect(other.locator("main")).to_contain_text(guest.digits[-4:])
    undo.tap()
    expect(undo).to_have_count(0)
    other.goto(f"{salon}/contacts/?search={who}")
    other.locator("main a[href*='/contacts/']", has_text=who).first.tap()
    expect(other.locator("h1")).to_have_text(who)
    expect(other.locator("main")).not_to_contain_text(guest.digits[-4:])
