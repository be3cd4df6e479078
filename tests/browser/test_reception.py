"""The receptionist's day on a phone, the keys of a desk, and hostile words in a real browser."""

import re
import secrets

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Guest, Meet, Person, log_in
from tests.browser.test_composer import talk_with
from tests.browser.test_story import inbox
from tests.media import files
from tests.product import Product

FIELD = "#composer-text"


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def canned_with_photo(person: Person) -> str:
    """A reply with a photo, written in the settings."""
    word = f"x{secrets.token_hex(4)}"
    page = person.open("/settings/replies/add/")
    page.locator("#id_shortcut").fill(word)
    page.locator("#id_text").fill("Oi, {{ first_name }}! Ficou assim.")
    page.set_input_files("#reply-file", {"name": "corte.jpg", "mimeType": "image/jpeg", "buffer": files.jpeg(64, 48)})
    expect(page.locator("[data-reply-file] [data-name]")).to_have_text("corte.jpg")
    page.locator("main form button.btn-primary").first.click()
    expect(page.locator(".row-item", has_text=f"/{word}")).to_contain_text("corte.jpg")
    page.close()
    return word


def carla(product: Product) -> tuple[str, str]:
    """A receptionist more; how she logs in."""
    email, password = f"carla{secrets.token_hex(4)}@example.com", secrets.token_urlsafe(16)
    product.manage(
        "shell",
        "-c",
        "from allauth.account.models import EmailAddress; from tenants.accounts.models import User; "
        "from tenants.salons.actions import add_member; "
        "from tenants.salons.models import Salon; "
        f"user = User.objects.create_user('{email}', '{password}', name='Carla Dias'); "
        "EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True); "
        f"add_member(Salon.objects.get(slug='{product.demo['salon_slug']}'), user, role='receptionist')",
    )
    return email, password


def test_cr_001_fr_wa_007_a_receptionists_day_on_a_phone(
    meet: Meet, logged_in: dict[str, str], guest: Guest, product: Product
) -> None:
    me = meet(storage_state=logged_in, viewport=PHONE, has_touch=True)
    word = canned_with_photo(me)
    guest.writes("Tem horário no sábado?")
    # By the last digits.
    page = me.open("/inbox/")
    page.get_by_role("searchbox").fill(guest.digits[-5:])
    page.locator(".row-item", has_text=guest.name).get_by_role("link").tap()
    expect(page.locator(".talk .bubble--out .ticks--read").first).to_be_visible()
    # A canned reply with its photo.
    page.locator(FIELD).press_sequentially(f"/{word}")
    page.get_by_role("option").first.tap()
    expect(page.locator(FIELD)).to_have_value(f"Oi, {guest.name.split()[0]}! Ficou assim.")
    expect(page.locator(".attach__name")).to_have_text("corte.jpg")
    page.get_by_role("button", name="Enviar", exact=True).tap()
    expect(page.locator(".talk .bubble--out .media--picture")).to_be_visible()
    expect(guest.heard.last).to_contain_text("Ficou assim.")
    # People answer now; the bot is given the talk back in the sheet about the guest.
    page.locator("[data-panel-open]").tap()
    expect(page.locator("#panel-bot")).not_to_be_checked()
    page.locator("#panel-bot").tap()
    expect(page.locator("#panel-bot")).to_be_checked()
    # A deal of the guest's, moved to another stage.
    page.locator(".deals-of a[href*='/deals/new/']").tap()
    page.locator(".deal-dialog #id_title").fill("Noiva")
    page.locator(".deal-dialog button.btn-primary").tap()
    deal = page.locator(".deals-of .task", has_text="Noiva")
    stage = deal.locator(".badge").first
    before = stage.inner_text()
    deal.locator("button[hx-get*='/move/']").tap()
    page.locator("#move-stage").select_option(index=1)
    page.locator(".deal-dialog button.btn-primary").tap()
    expect(stage).not_to_have_text(before)
    assert fits(page)
    page.locator("[data-panel-shut]").tap()
    # Something for tomorrow.
    page.locator(FIELD).fill("Até amanhã!")
    page.locator("[popovertarget=send-later]").tap()
    page.locator("#send-later button[name=later]").tap()
    expect(page.locator(".talk .bubble--out", has_text="Até amanhã!").locator(".bubble__later")).to_be_visible()
    # Carla, who answers as well, has it open; a note that names her reaches her at once.
    colleague = meet(viewport=PHONE)
    theirs = colleague.open("")
    log_in(theirs, product, *carla(product))
    theirs.goto(page.url)
    expect(page.locator("[data-talk-presence]")).to_contain_text("Carla Dias")
    page.locator("[data-note-open]").tap()
    page.locator("#note-of-talk").press_sequentially("Você atende? @Car")
    page.get_by_role("option", name="Carla Dias").tap()
    page.locator("#note-form button[type=submit]").tap()
    note = theirs.locator(".talk .bubble--note")
    expect(note).to_contain_text("Você atende? @Carla Dias")
    expect(theirs.locator(".toast-note--info")).to_contain_text("Owner")
    assert fits(page)
    assert fits(theirs)


def test_wcag_2_1_4_keys_of_the_inbox_act_and_can_be_switched_off(owner: Person, guest: Guest) -> None:
    page = talk_with(owner, guest)
    keys = page.keyboard
    page.locator(".talk__scroll").focus()
    keys.press("n")
    note = page.locator("#note-of-talk")
    expect(note).to_be_focused()
    keys.type("rje/ ")
    keys.press("Enter")
    expect(page.locator(".talk .bubble--note")).to_contain_text("rje/")
    expect(guest.heard).not_to_contain_text(["rje/"])
    page.locator(".talk__scroll").focus()
    keys.press("a")
    expect(page.locator(".handling__name")).to_have_text("Sua")
    keys.press("?")
    dialog = page.locator("#shortcuts")
    expect(dialog).to_be_visible()
    dialog.get_by_role("switch").uncheck()
    keys.press("Escape")
    keys.press("n")
    expect(note).to_be_hidden()
    page.evaluate("localStorage.removeItem('inbox-keys')")
    page.locator(".talk__scroll").focus()
    keys.press("/")
    expect(page.get_by_role("searchbox").first).to_be_focused()


def test_fr_wa_007_an_emoji_by_keyboard(meet: Meet, logged_in: dict[str, str], guest: Guest) -> None:
    page = talk_with(meet(storage_state=logged_in), guest)
    page.locator(FIELD).fill("Oi ")
    page.locator("[data-emojis-open]").click()
    expect(page.locator("[data-emoji-take]").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(FIELD)).to_be_focused()
    expect(page.locator(FIELD)).to_have_value("Oi 😃")


def test_hostile_words_run_nowhere(owner: Person, guest: Guest, product: Product) -> None:
    """Names, messages, notes, tags and deals that are markup: no dialog, no violation, no complaint of the browser."""
    bad = '"><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}\u202e'
    owner.context.on(
        "page", lambda page: page.on("dialog", lambda box: owner.complaints.append(f"dialog: {box.message}"))
    )
    page = talk_with(owner, guest)
    guest.writes(bad)
    expect(page.locator(".talk .bubble--in").last).to_contain_text("<img src=x onerror")
    page.keyboard.press("Escape")
    page.locator("#tag-add").fill(bad[:30])
    page.locator(".tag-add button").click()
    expect(page.locator(".tag-chip")).to_contain_text("<img src=x")
    page.locator("#note-text").fill(bad)
    page.locator("#contact-notes form button.btn").first.click()
    expect(page.locator(".talk .bubble--note")).to_contain_text("<script>")
    page.locator(FIELD).fill(bad)
    page.locator(FIELD).press("Enter")
    expect(page.locator(".talk .bubble--out").last).to_contain_text("<script>")
    address = page.locator(".panel__who a").get_attribute("href")
    for path in (address or "", "/contacts/", "/inbox/", "/deals/", "/settings/tags/", page.url):
        shown = owner.open(path)
        shown.wait_for_load_state("networkidle")
        assert shown.locator("img[src=x]").count() == 0
        expect(shown.locator("body")).not_to_contain_text(re.compile(r"\b49\b.{0,3}alert"))
        shown.close()


def test_a_click_meets_its_line_though_a_newer_one_comes_under_it(owner: Person, guest: Guest) -> None:
    page, beside = inbox(owner), inbox(owner)
    guest.writes("Queria falar com alguém")
    line, its_twin = (tab.locator(".row-item", has_text=guest.name) for tab in (page, beside))
    expect(line).to_contain_text("Você:")
    line.get_by_role("link").hover()
    page.mouse.down()
    before = line.get_attribute("data-at") or ""
    guest.writes("Ainda está aí?")
    expect(its_twin).not_to_have_attribute("data-at", before)
    expect(line).to_have_attribute("data-at", before)
    page.mouse.up()
    expect(page.locator(".talk")).to_contain_text("Ainda está aí?")
    expect(line).not_to_have_attribute("data-at", before)
