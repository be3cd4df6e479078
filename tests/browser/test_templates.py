"""A template from the first word to the guest's phone (FR-WA-004, FR-DB-007)."""

import re
import secrets
import struct
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Guest, Person
from tests.product import Product, call, until


def picture(path: Path, width: int = 320, height: int = 160) -> Path:
    """A PNG that any reader takes."""
    rows = b"".join(b"\0" + b"\xc8\x78\xa0" * width for _ in range(height))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    return path


def decide(product: Product, name: str, **wish: str) -> None:
    """Meta decides about a template."""
    body = {"waba_id": product.demo["waba_id"], "name": name, **wish}
    assert call(product.sandbox_port, "POST", "/_sandbox/templates", body)[0] == 200


def write(page: Page, name: str, file: Path) -> None:
    """Fill in the editor: a picture above, a text with a fault, two buttons."""
    page.locator("#name").fill(name)
    page.locator("#language").select_option("pt_BR")
    page.locator("[name=header][value=image]").check()
    page.locator("#header_file").set_input_files(file)
    expect(page.locator(".wa-bubble__image")).to_be_visible()
    page.locator("#body").fill("Oi {{1}}, o seu horário é *amanhã* às {{2}}")
    page.locator("[name='sample.body.1']").fill("Ana")
    page.locator("[name='sample.body.2']").fill("15h")
    page.locator("[data-add-button=quick_reply]").click()
    page.locator("[name='buttons.0.text']").fill("Confirmar")
    page.locator("[data-add-button=url]").click()
    page.locator("[name='buttons.1.text']").fill("Ver")
    page.locator("[name='buttons.1.url']").fill("https://aurora.example/agenda")


@pytest.fixture
def name() -> str:
    """One that no other test has."""
    return f"lembrete_{secrets.token_hex(4)}"


@pytest.fixture
def approved(owner: Person, product: Product, name: str, tmp_path: Path) -> Page:
    """The page of a template with picture and buttons, which the reviewers have approved."""
    page = owner.open("/templates/new/")
    write(page, name, picture(tmp_path / "salon.png"))
    # The fault is told while one types, at its field and in the list, and is gone when it is mended.
    told = page.locator("[data-told=body]")
    expect(page.locator("#preview .lint__item--error")).to_have_count(1)
    expect(told).to_contain_text("variável")
    page.locator("#body").fill("Oi {{1}}, o seu horário é *amanhã* às {{2}}. Até lá!")
    expect(page.locator(".lint__good")).to_be_visible()
    expect(told).to_be_empty()
    expect(page.locator(".wa-bubble__body")).to_have_text("Oi Ana, o seu horário é amanhã às 15h. Até lá!")
    expect(page.locator(".wa-bubble__button")).to_have_count(2)
    page.locator("button[value=submit]").click()
    # The result appears on the page by itself.
    expect(page.locator("#status")).to_contain_text("Aprovado", timeout=30_000)
    return page


def test_a_template_is_written_reviewed_and_its_changes_show(approved: Page, product: Product, name: str) -> None:
    page = approved
    expect(page.locator("h1")).to_have_text(name)
    decide(product, name, status="PAUSED")
    until(
        lambda: product.rows("SELECT 1 FROM message_template WHERE name = %s AND status = 'paused'", [name]),
        10,
        "a pause",
    )
    page.reload()
    expect(page.locator("#status")).to_contain_text("Pausado")
    page.goto(re.sub(r"/templates/.*", "/templates/?status=paused", page.url))
    expect(page.locator(".template-row", has_text=name)).to_be_visible()


def test_an_approved_template_reaches_the_guest(approved: Page, owner: Person, guest: Guest, name: str) -> None:
    guest.writes("oi")
    page = owner.open("/inbox/")
    page.locator(".row-item", has_text=guest.name).get_by_role("link").click()
    page.locator("[data-opens-more]").first.click()
    page.locator(".template-pick__choice", has_text=name).click()
    page.locator("[name='parameter.body.1']").fill("Beatriz")
    page.locator("[name='parameter.body.2']").fill("16h")
    expect(page.locator("#template-pick .wa-bubble__body")).to_have_text(
        "Oi Beatriz, o seu horário é amanhã às 16h. Até lá!"
    )
    page.locator("#template-pick button[type=submit]").click()
    expect(page.locator(".bubble--out", has_text="Oi Beatriz")).to_be_visible()
    expect(guest.heard.filter(has_text="às 16h")).to_be_visible(timeout=20_000)


def test_a_rejection_is_explained(owner: Person, product: Product, name: str) -> None:
    product.sandbox("settings", template_review="hold")
    try:
        page = owner.open("/templates/new/")
        page.locator("#name").fill(name)
        page.locator("#body").fill("Oi, o seu horário é amanhã. Até lá!")
        page.locator("button[value=submit]").click()
        expect(page.locator("#status")).to_contain_text("Em análise")
        decide(product, name, status="REJECTED", reason="PROMOTIONAL")
        expect(page.locator("#status")).to_contain_text("marketing", timeout=20_000)
    finally:
        product.sandbox("settings", template_review="auto")


@pytest.mark.parametrize("path", ["/templates/", "/templates/new/"])
def test_a_page_fits_a_phone(owner: Person, path: str) -> None:
    page = owner.open(path)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for colours in ("dark", "light"):
        page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
