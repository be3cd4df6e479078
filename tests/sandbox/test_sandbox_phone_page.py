"""The guest's phone in Chromium: what it sends, and what it shows of what arrives."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import open_browser
from tests.product import until
from tests.sandbox.outside import Client, Receiver, wamid_of
from tests.sandbox.test_sandbox_template_messages import NAMES
from tests.sandbox.test_sandbox_templates import BODY, approved

pytestmark = pytest.mark.browser

GUEST = "5511987654321"
SIZES = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]
PHOTO = Path(__file__).resolve().parents[2] / "sandbox" / "media" / "samples" / "photo.jpg"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Open for this file only: meanwhile Playwright runs an event loop in the thread of all tests."""
    with open_browser() as browser:
        yield browser


def opened(chromium: Browser, world: Client, width: int = 390, scheme: str = "light") -> tuple[Page, list[str]]:
    context = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, locale="pt-BR")  # type: ignore[arg-type]
    page, complaints = context.new_page(), []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"http://127.0.0.1:{world.port}/phone?pnid=111")
    expect(page.locator("#presence")).to_have_text("conectado")
    return page, complaints


@pytest.fixture
def phone(chromium: Browser, world: Client) -> Iterator[Page]:
    page, complaints = opened(chromium, world)
    yield page
    page.context.close()
    assert complaints == []


def attach(phone: Page, choice: str) -> None:
    phone.locator("#attach").click()
    phone.locator(f"[data-kind={choice}], [data-act={choice}]").click()


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_it_fits_every_screen(chromium: Browser, world: Client, width: int, scheme: str) -> None:
    page, complaints = opened(chromium, world, width, scheme)
    attach(page, "image")
    expect(page.locator(".bubble--guest img")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()
    assert complaints == []


def test_a_file_is_sent_with_its_caption(world: Client, phone: Page, receiver: Receiver) -> None:
    phone.locator("#message").fill("Quero assim")
    phone.locator("#file").set_input_files(PHOTO)
    message = receiver.message()
    assert (message["type"], message["image"]["caption"]) == ("image", "Quero assim")
    expect(phone.locator(".bubble--guest img")).to_have_js_property("naturalWidth", 640)


@pytest.mark.parametrize("kind", ["audio", "video"])
def test_sound_and_film_can_be_played(phone: Page, kind: str) -> None:
    attach(phone, kind)
    player = phone.locator(f".bubble--guest {kind}")
    expect(player).to_have_js_property("error", None)
    until(lambda: phone.evaluate("kind => document.querySelector(kind).duration || 0", kind) > 1, 20, "it is loaded")


def test_place_and_contact_are_asked_for(world: Client, phone: Page, receiver: Receiver) -> None:
    attach(phone, "location")
    phone.locator("#sheet input").first.fill("Minha casa")
    phone.locator("#sheet .option").click()
    assert receiver.message()["location"]["name"] == "Minha casa"
    attach(phone, "contacts")
    phone.locator("#sheet .option").click()
    assert receiver.message()["contacts"][0]["phones"][0]["wa_id"] == "5511912345678"


def test_a_template_reads_as_the_guest_gets_it_and_its_button_answers(
    world: Client, phone: Page, receiver: Receiver
) -> None:
    buttons = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Confirmo"}]}
    approved(world, receiver, components=[BODY, {"type": "FOOTER", "text": "Aurora"}, buttons])
    world.control("settings", {"statuses": False})
    template = {"name": "lembrete", "language": {"code": "pt_BR"}}
    given = [{"type": "body", "parameters": NAMES}]
    wamid = wamid_of(world.send(f"+{GUEST}", type="template", template={**template, "components": given}))
    bubble = phone.locator(".bubble--salon")
    expect(bubble).to_contain_text("Olá Maria, seu horário é amanhã às 15h. Até lá!")
    bubble.get_by_role("button", name="Confirmo").click()
    message = receiver.message()
    assert message["button"] == {"text": "Confirmo", "payload": "Confirmo"} and message["context"]["id"] == wamid


def test_a_message_is_answered_reacted_to_edited_and_taken_back(world: Client, phone: Page, receiver: Receiver) -> None:
    world.control("settings", {"statuses": False})
    wamid = wamid_of(world.send(f"+{GUEST}"))
    tools = phone.locator(".bubble .tools")
    tools.last.click()
    phone.get_by_role("button", name="Responder", exact=True).click()
    phone.locator("#message").fill("Pode ser às 15h?")
    phone.locator("#send").click()
    mine = receiver.message()
    assert (mine["text"]["body"], mine["context"]["id"]) == ("Pode ser às 15h?", wamid)
    tools.first.click()
    phone.locator(".emoji button").first.click()
    assert receiver.message()["reaction"] == {"message_id": wamid, "emoji": "👍"}
    tools.last.click()
    phone.get_by_role("button", name="Editar", exact=True).click()
    phone.locator("#message").fill("Pode ser às 16h?")
    phone.locator("#send").click()
    assert receiver.message()["edit"]["original_message_id"] == mine["id"]
    expect(phone.locator(".bubble--guest")).to_contain_text("Pode ser às 16h?")
    tools.last.click()
    phone.get_by_role("button", name="Apagar para todos").click()
    assert receiver.message()["revoke"] == {"original_message_id": mine["id"]}
    expect(phone.locator(".bubble--guest")).to_contain_text("Mensagem apagada")


def test_a_guest_may_hide_the_phone(world: Client, phone: Page, receiver: Receiver) -> None:
    phone.locator("#guest-hidden").check()
    phone.locator("#message").fill("oi")
    phone.locator("#send").click()
    message = receiver.message()
    assert message["from_user_id"] == f"BR.{GUEST}" and "from" not in message
    answer = {"messaging_product": "whatsapp", "recipient": f"BR.{GUEST}", "type": "text", "text": {"body": "Oi!"}}
    wamid_of(world.graph("POST", "111/messages", answer))
    expect(phone.locator(".bubble--salon")).to_contain_text("Oi!")


def test_a_guest_stops_offers(phone: Page, receiver: Receiver) -> None:
    phone.locator("#salon-menu").click()
    phone.get_by_role("button", name="Parar de receber ofertas").click()
    assert receiver.change()["user_preferences"][0]["value"] == "stop"


def test_the_salon_is_seen_typing_and_reading(world: Client, phone: Page, receiver: Receiver) -> None:
    phone.locator("#message").fill("oi")
    phone.locator("#send").click()
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": receiver.message()["id"]}
    world.graph("POST", "111/messages", {**mark, "typing_indicator": {"type": "text"}})
    expect(phone.locator("#presence")).to_have_text("digitando…")
    expect(phone.locator(".ticks[data-state=read]")).to_have_count(1)
