"""TN-002 to TN-007, CO-001: an owner invites, shares one thing, takes it back while it is open, rotates a key, exports
and erases a guest, and reads afterwards who did what."""

import re
import secrets
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Meet, Person, log_in
from tests.product import Product, until

PASSWORD = "uma cadeira azul e dois espelhos"


def invited(owner: Person, colleague: Person, product: Product) -> Page:
    """Somebody new, as a receptionist, by the link in the mail; their salon's home."""
    email = f"bia{secrets.token_hex(4)}@example.com"
    page = owner.open("/settings/people/invite/")
    page.locator("[name=email]").fill(email)
    page.locator("main form .btn-primary").click()
    expect(page.get_by_text(email, exact=True)).to_be_visible()
    mail = colleague.open(f"{product.demo['public_url']}/demo/mail/")
    letter = mail.locator("article", has_text=email)
    until(lambda: mail.reload() and letter.count() > 0, 20, "the invitation has arrived")
    letter.get_by_role("link").first.click()
    mail.locator("[name=name]").fill("Bia Nova")
    mail.locator("[name=password]").fill(PASSWORD)
    mail.locator("form .btn-primary").click()
    mail.wait_for_url(lambda url: urlsplit(url).path == "/" and urlsplit(url).netloc.startswith("demo."))
    return mail


def rotated(owner: Person, product: Product) -> None:
    """A key is made, works, gets a successor, and ends."""
    page = owner.open("/settings/keys/new/")
    page.locator("[name=name]").fill("Site")
    page.locator("[name=may][value=manager]").check()
    page.locator("main form .btn-primary").click()
    first = page.locator("#made-key").inner_text()
    assert product.api("GET", "contacts/", key=first)[0] == 200
    page.goto(f"{product.demo['salon_url']}/settings/keys/")
    page.locator(".row-item__link", has_text="Site").click()
    page.locator("form[action$='/rotate/'] .btn-primary").click()
    second = page.locator("#made-key").inner_text()
    assert {product.api("GET", "contacts/", key=key)[0] for key in (first, second)} == {200}
    page.goto(f"{product.demo['salon_url']}/settings/keys/")
    page.locator(".row-item__link", has_text=first[:12]).click()
    page.locator("a[href$='/revoke/']").click()
    page.locator("main form .btn-danger").click()
    until(lambda: product.api("GET", "contacts/", key=first)[0] == 401, 20, "the key is over")
    assert product.api("GET", "contacts/", key=second)[0] == 200


def erased(owner: Person, product: Product) -> None:
    """A guest's data leave as a file, then for good; searched again, nothing is found."""
    digits = f"55119{secrets.randbelow(10**8):08d}"
    body = {"name": f"Clara {digits}", "identities": [{"kind": "phone", "value": f"+{digits}"}]}
    status, made = product.api("POST", "contacts/", body)
    assert status == 201, made
    page = owner.open(f"/contacts/{made['id']}/")
    page.locator("form[action*='/settings/privacy/'][action$='/export/'] button").click()
    expect(page.locator("#request")).to_have_attribute("data-state", "done", timeout=30_000)
    with page.expect_download() as file:
        page.locator("a[download][href$='/file/']").click()
    assert file.value.path().read_bytes()[:2] == b"PK"
    page.goto(f"{product.demo['salon_url']}/contacts/{made['id']}/")
    page.locator("a[href*='/settings/privacy/'][href$='/erase/']").click()
    page.wait_for_url("**/erase/")
    page.get_by_role("checkbox").check()
    page.locator("main form .btn-danger").click()
    expect(page.locator("#request")).to_have_attribute("data-state", "done", timeout=30_000)
    page.locator("form[action$='/check/'] button").click()
    expect(page.locator("#request")).to_contain_text("Nada foi encontrado", timeout=30_000)
    assert product.api("GET", f"contacts/{made['id']}/")[0] == 404


def test_an_owner_gives_takes_back_and_reads_who_did_what(meet: Meet, product: Product) -> None:
    owner, colleague = meet(), meet(viewport=PHONE)
    # What she may not see is refused, which is what is looked at here.
    colleague.forgiven = ("403", "404", "WebSocket")
    log_in(owner.open(""), product, product.demo["owner_email"], product.demo["owner_password"])
    home = invited(owner, colleague, product)
    assert home.goto(f"{product.demo['salon_url']}/flows/").status == 403  # type: ignore[union-attr]
    flow, name = product.rows("SELECT public_id, name FROM flow WHERE archived_at IS NULL ORDER BY id LIMIT 1")[0]
    page = owner.open(f"/flows/{flow}/")
    page.locator("a[aria-haspopup=dialog]").first.click()
    page.locator("#share-to").select_option(label="Bia Nova")
    page.locator("#share-right").select_option("view")
    page.locator(".share__go").click()
    expect(page.locator(".share__row")).to_contain_text("Bia Nova")
    home.goto(f"{product.demo['salon_url']}/flows/")
    expect(home.get_by_text(name, exact=True).first).to_be_visible()
    with home.expect_websocket(lambda socket: "/ws/flows/" in socket.url) as opened:
        home.goto(f"{product.demo['salon_url']}/flows/{flow}/")
    # I27: five seconds at most, and the rounds of a busy machine.
    with opened.value.expect_event("close", timeout=15_000):
        page.locator(".share__row form[action$='/remove/']").get_by_role("button").click()
        expect(page.locator(".share__row")).to_have_count(0)
    assert home.goto(f"{product.demo['salon_url']}/flows/{flow}/").status in (403, 404)  # type: ignore[union-attr]
    rotated(owner, product)
    erased(owner, product)
    log = owner.open("/settings/audit/")
    for words in ("Convite aceito", "Compartilhamento retirado", "Chave de API revogada", "Contato apagado"):
        expect(log.get_by_text(re.compile(words)).first).to_be_visible()
