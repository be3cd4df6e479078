"""The main job: a guest writes, a flow answers, and the salon sees all of it as it happens."""

import re
import secrets

from playwright.sync_api import Page, expect

from tests.browser.conftest import Guest, Person
from tests.product import Product, call


def flow_page(owner: Person) -> Page:
    page = owner.open("/flows/")
    page.get_by_role("link", name="Boas-vindas").click()
    expect(page.locator("#canvas")).to_have_attribute("data-ready", "")
    page.locator("#tab-console").click()
    expect(page.locator("[data-live-state]")).to_have_class(re.compile("is-live"))
    return page


def inbox(owner: Person) -> Page:
    page = owner.open("/inbox/")
    expect(page.locator("[data-live-state]")).to_have_class(re.compile("is-live"))
    return page


def open_talk(page: Page, guest: Guest) -> None:
    page.locator(".row-item", has_text=guest.name).get_by_role("link").click()
    expect(page.locator(".talk")).to_be_visible()


def test_a_guests_message_becomes_a_flows_logged_live_answer(owner: Person, guest: Guest) -> None:
    """The story of the issue: no page is loaded again once the guest has written."""
    list_page, console = inbox(owner), flow_page(owner)
    guest.writes("oi")
    expect(guest.heard).to_contain_text("Como posso ajudar?")
    row = list_page.locator(".row-item", has_text=guest.name)
    expect(row).to_contain_text("Como posso ajudar?")
    mine = console.locator("#console .console-step", has_text=guest.name)
    expect(mine.and_(console.locator('[data-node="inicio"]'))).to_be_visible()
    expect(mine.and_(console.locator('[data-node="ola"]'))).to_be_visible()
    for node in ("inicio", "ola"):
        expect(console.locator(f'.react-flow__node[data-id="{node}"]')).to_have_class(re.compile("is-lit"))
    expect(console.locator('.react-flow__edge[data-id="e1"]')).to_have_class(re.compile("is-lit"))
    row.get_by_role("link").click()
    talk = list_page.locator(".talk")
    expect(talk.locator(".bubble--in")).to_contain_text("oi")
    expect(talk.locator(".bubble--out")).to_contain_text("Como posso ajudar?")

    guest.phone.get_by_role("button", name="Preços").click()
    expect(guest.heard.last).to_contain_text("Corte a partir de R$ 80")
    expect(talk.locator(".bubble--in").last).to_contain_text("Preços")
    expect(talk.locator(".bubble--out").last).to_contain_text("Corte a partir de R$ 80")
    expect(console.locator('.react-flow__node[data-id="fim"]')).to_have_class(re.compile("is-lit"))


def test_the_owner_answers_and_sees_that_it_was_read(owner: Person, guest: Guest) -> None:
    page = inbox(owner)
    guest.writes("oi")
    open_talk(page, guest)
    expect(page.locator(".talk .bubble--out")).to_have_count(1)
    page.get_by_label("A sua mensagem").fill("Temos horário às 15h, Carla.")
    page.get_by_label("A sua mensagem").press("Enter")
    mine = page.locator(".talk .bubble--out", has_text="Temos horário às 15h")
    expect(mine).to_have_count(1)
    expect(page.get_by_label("A sua mensagem")).to_have_value("")
    expect(guest.heard.last).to_contain_text("Temos horário às 15h, Carla.")
    expect(mine.locator(".ticks--read")).to_be_visible()


def test_a_failed_message_says_why_and_is_sent_again(owner: Person, guest: Guest, product: Product) -> None:
    page = inbox(owner)
    guest.writes("oi")
    open_talk(page, guest)
    expect(page.locator(".talk .bubble--out .ticks--read")).to_have_count(1)
    product.sandbox("faults", fault="error", code=131026, to=guest.digits)
    page.get_by_label("A sua mensagem").fill("Até amanhã!")
    page.get_by_role("button", name="Enviar", exact=True).click()
    failed = page.locator(".bubble--failed", has_text="Até amanhã!")
    expect(failed.locator(".bubble__reason")).to_contain_text("131026")
    failed.get_by_role("button", name="Enviar de novo").click()
    expect(guest.heard.last).to_contain_text("Até amanhã!")
    expect(page.locator(".bubble--failed")).to_have_count(0)


def test_people_take_over_from_the_flow_and_undo_it(owner: Person, guest: Guest) -> None:
    page = inbox(owner)
    guest.writes("oi")
    open_talk(page, guest)
    expect(page.locator(".talk .bubble--out")).to_have_count(1)
    page.get_by_label("Mais para esta conversa").click()
    page.get_by_role("button", name="Só pessoas respondem").click()
    expect(page.locator(".talk__signs")).to_contain_text("Só pessoas")
    guest.writes("quero falar com alguém")
    expect(page.locator(".talk .bubble--in").last).to_contain_text("quero falar com alguém")
    page.get_by_role("button", name="Desfazer").click()
    expect(page.locator(".talk__signs")).not_to_contain_text("Só pessoas")
    guest.writes("oi de novo")
    expect(page.locator(".talk .bubble--out")).to_have_count(2)


def test_a_closed_conversation_is_opened_again(owner: Person, guest: Guest) -> None:
    page = inbox(owner)
    guest.writes("oi")
    open_talk(page, guest)
    page.get_by_label("Mais para esta conversa").click()
    page.get_by_role("button", name="Encerrar a conversa").click()
    expect(page.locator(".composer__closed")).to_be_visible()
    page.get_by_role("button", name="Desfazer").click()
    expect(page.get_by_label("A sua mensagem")).to_be_visible()


def test_the_console_catches_up_after_its_server_died(owner: Person, product: Product) -> None:
    """What happened while the socket was lost is shown, without a reload."""
    page = flow_page(owner)
    owner.forgiven = ("WebSocket", "ERR_CONNECTION", "502", "Failed to load resource")
    page.evaluate("document.body.dataset.same = '1'")
    killed = product.kill("web")
    said = {"from": f"55119{secrets.randbelow(10**8):08d}", "text": "oi"}
    wish = {"phone_number_id": product.demo["phone_number_id"], "name": f"Pedro {said['from']}", **said}
    assert call(product.sandbox_port, "POST", "/_sandbox/inbound", wish)[0] == 200
    steps = page.locator("#console .console-step", has_text=wish["name"])
    expect(steps.and_(page.locator('[data-node="ola"]'))).to_be_visible(timeout=20_000)
    expect(page.locator("body")).to_have_attribute("data-same", "1")
    assert killed not in product.pids("web")
