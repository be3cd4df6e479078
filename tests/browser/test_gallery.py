"""From the gallery to a live flow (FL-013), as a new owner: four clicks, then the guest is answered."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Guest, Meet, Person


@pytest.fixture
def taken(owner: Person) -> Iterator[Page]:
    """The booking flow, taken from the gallery; put away afterwards."""
    page = owner.open("/flows/")
    page.get_by_role("link", name="Da galeria").click()
    page.get_by_role("link", name="Marcar horário").click()
    expect(page.get_by_text("Como conversa")).to_be_visible()
    expect(page.locator("#canvas")).to_have_attribute("data-ready", "")
    page.get_by_role("button", name="Usar agora").click()
    page.wait_for_url(re.compile(r"/flows/[0-9a-f-]{36}/$"))
    yield page
    page.evaluate(
        """async () => { const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
        await fetch(location.pathname + "archive/", {method: "POST", headers: {"X-CSRFToken": token}}); }"""
    )


def test_a_guest_books_by_a_flow_of_the_gallery(taken: Page, guest: Guest) -> None:
    guest.writes("quero agendar")
    expect(guest.heard.last).to_contain_text("O que vamos fazer?")
    guest.phone.get_by_role("button", name="Ver serviços").click()
    guest.phone.get_by_role("dialog").get_by_role("button", name="Corte").click()
    expect(guest.heard.last).to_contain_text("Com quem você prefere?")
    guest.phone.get_by_role("button", name="Ver equipe").click()
    guest.phone.get_by_role("dialog").get_by_role("button").nth(1).click()
    expect(guest.heard.last).to_contain_text("próximos horários livres")
    guest.phone.get_by_role("button", name="Ver horários").click()
    guest.phone.get_by_role("dialog").get_by_role("button").nth(1).click()
    expect(guest.heard.last).to_contain_text("Posso marcar?")
    guest.phone.get_by_role("button", name="Sim, marcar").click()
    expect(guest.heard.last).to_contain_text("Marcado!")


def test_a_flow_is_looked_at_on_a_phone(meet: Meet, logged_in: object) -> None:
    page = meet(storage_state=logged_in, viewport=PHONE, has_touch=True).open("/flows/gallery/reminder/")
    expect(page.get_by_role("link", name=re.compile("lembrete_visita"))).to_be_visible()
    expect(page.get_by_role("button", name="Escrever o modelo para mim")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
