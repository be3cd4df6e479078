"""Every page at both widths and in both colours: nothing overflows, little is sent, no style stands in the page."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Guest, Person
from tests.product import Product, call, until

KB = 1024
# UX-004: gzip, everything that a page loads.
MOST, MOST_FLOW = 200 * KB, 350 * KB
PAGES = (
    *("/", "/inbox/", "/inbox/?show=waiting", "/inbox/?show=attention", "/inbox/?show=closed", "conversation"),
    *("/settings/", "/settings/numbers/", "/settings/numbers/connect/", "/settings/sending/"),
    *("/settings/alerts/", "/settings/alerts/?show=past", "/settings/alerts/ways/"),
    *("/contacts/", "/contacts/?search=nobody-has-this-name", "contact", "/flows/", "flow", "executions", "execution"),
    *("/billing/", "/billing/plans/", "/billing/costs/"),
    *("/calendar/", "/calendar/month/", "/services/", "/settings/bookings/hours/"),
    *("public:/accounts/login/", "public:/accounts/signup/", "public:/accounts/password/reset/"),
    *("public:/accounts/salons/", "public:/demo/mail/", "/nothing-is-here/", "public:/accounts/password/change/"),
)


@pytest.fixture(scope="module")
def known(product: Product) -> dict[str, str]:
    """Addresses of one conversation, contact, flow and run."""
    if not product.rows("SELECT 1 FROM flow_step"):
        said = {"from": "5511900000001", "name": "Zoé " + "Comprida " * 8, "text": "oi " * 90}
        wish = {"phone_number_id": product.demo["phone_number_id"], **said}
        assert call(product.sandbox_port, "POST", "/_sandbox/inbound", wish)[0] == 200
        until(lambda: product.rows("SELECT 1 FROM flow_step"), 10, "a run")
    flow, run = product.rows(
        "SELECT f.public_id, e.public_id FROM flow_execution e JOIN flow f ON f.id = e.flow_id "
        "WHERE f.name = 'Boas-vindas' ORDER BY e.id DESC LIMIT 1"
    )[0]
    return {
        "conversation": f"/inbox/{product.one('SELECT public_id FROM conversation ORDER BY id LIMIT 1')}/",
        "contact": f"/contacts/{product.one('SELECT contact.public_id FROM contact ORDER BY id DESC LIMIT 1')}/",
        "flow": f"/flows/{flow}/",
        "executions": f"/flows/{flow}/executions/",
        "execution": f"/flows/{flow}/executions/{run}/",
    }


def address(name: str, known: dict[str, str], product: Product) -> str:
    if name.startswith("public:"):
        return f"{product.demo['public_url']}{name.removeprefix('public:')}"
    return f"{product.demo['salon_url']}{known.get(name, name)}"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_and_is_small(owner: Person, product: Product, known: dict[str, str], name: str) -> None:
    owner.forgiven = ("404",) if "nothing" in name else ()
    page, sent = measured(owner)
    answer = page.goto(address(name, known, product))
    # Parts that load by themselves are few; waiting for silence takes half a second on every page.
    page.wait_for_load_state("networkidle" if name == "contact" else "load")
    assert answer is not None
    assert " style=" not in answer.text()
    assert sum(sent) <= (MOST_FLOW if name in ("flow", "execution", "/calendar/") else MOST), f"{sum(sent) / KB:.0f} KB"
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for colours in ("dark", "light"):
            page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
            expect(page.locator("html")).to_have_attribute("data-bs-theme", colours)
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wide <= 0, f"{wide} px too wide at {size['width']} px"
    assert page.locator("h1").count() == 1 or page.locator("h1:visible").count() == 1
    assert page.locator("main").count() == 1
    page.close()


def measured(owner: Person) -> tuple[Page, list[int]]:
    """A tab, and the bytes that come over its wire; nothing comes from a cache."""
    page, sent = owner.open(""), list[int]()
    wire = owner.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire.on("Network.loadingFinished", lambda event: sent.append(int(event["encodedDataLength"])))
    return page, sent


def test_a_phone_shows_one_pane_of_the_inbox_at_a_time(owner: Person, guest: Guest) -> None:
    guest.writes("oi")
    page = owner.open("/inbox/")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.locator(".row-item", has_text=guest.name).get_by_role("link").click()
    expect(page.locator(".inbox__list")).to_be_hidden()
    expect(page.get_by_label("A sua mensagem")).to_be_in_viewport()
    page.get_by_role("link", name="Voltar").click()
    expect(page.locator(".row-item", has_text=guest.name)).to_be_visible()


def test_the_small_map_leaves_small_canvases_alone(owner: Person, known: dict[str, str]) -> None:
    page = owner.open(known["flow"])
    expect(page.locator("#canvas")).to_have_attribute("data-ready", "")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    expect(page.locator(".react-flow__minimap")).to_have_count(0)
    expect(page.locator(".react-flow__node").first).to_have_class(re.compile("is-lit"))
