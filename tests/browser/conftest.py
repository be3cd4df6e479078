"""Chromium over the whole product: pages as people see them, with every complaint of the browser noted."""

import os
import secrets
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.browser.canvas import Canvas
from tests.canvas.server import served
from tests.chromium import open_browser
from tests.product import Product

# The browser reports what a policy blocked as an event; from here on it is an error like any other.
NOTE_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
# BROWSER_LATENCY_MS=600 makes every answer late: a test that does not wait for its page fails then, not on a busy day.
LATENCY_MS = int(os.environ.get("BROWSER_LATENCY_MS", "0"))
WAITING = {
    "outbox_item": "SELECT id, message_id, state, outcome, reason, attempts, not_before, epoch, now() "
    "FROM public.outbox_item ORDER BY id DESC LIMIT 12",
    "timer": "SELECT kind, subject, due_at, state, attempts, error FROM public.timer ORDER BY id DESC LIMIT 25",
    "message_template": "SELECT name, language, status, reason FROM message_template ORDER BY id",
}
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that stands here drives Chromium."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Beside what a page did not show stands what the product wrote meanwhile; it is removed at the end."""
    report = yield
    product = getattr(item, "funcargs", {}).get("product")
    if report.failed and isinstance(product, Product):
        report.sections.append(("the product", product.diagnosis()))
        for table, rows in WAITING.items():
            report.sections.append((table, "\n".join(map(str, product.rows(rows)))))
    return report


@dataclass
class Person:
    """Somebody's browser: pages that share cookies, and what the browser complained about."""

    context: BrowserContext
    product: Product
    complaints: list[str] = field(default_factory=list)
    # What a test provokes on purpose.
    forgiven: tuple[str, ...] = ()

    def open(self, url: str) -> Page:
        """A new tab; `url` is a path of the demo salon, a whole address, or empty."""
        page = self.context.new_page()
        if LATENCY_MS:
            slow = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": -1, "uploadThroughput": -1}
            self.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        if url:
            page.goto(url if "://" in url else f"{self.product.demo['salon_url']}{url}")
        return page

    def _note(self, message: ConsoleMessage) -> None:
        # Whoever leaves a page leaves its requests; what fails is told by htmx:sendError and htmx:responseError.
        if message.text.startswith(("htmx:sendAbort", "htmx:afterRequest")):
            return
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.location.get('url', '')}: {message.text}")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """For this folder only: while it is open, Playwright runs an event loop in the thread of all tests."""
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="package")
def product(chromium: Browser) -> Iterator[Product]:
    """One product for all of them, started by the first that has a browser to look at it with."""
    product = Product(Path(os.environ["STATE_DIR"]) / f"browser-{os.getpid()}", WORKERS="1")
    try:
        yield product.start()
    finally:
        product.stop()


Meet = Callable[..., Person]


@pytest.fixture
def meet(chromium: Browser, product: Product) -> Iterator[Meet]:
    """Make people; at the end no browser of theirs may have complained."""
    met: list[Person] = []

    def one(**options: Any) -> Person:
        context = chromium.new_context(**{"locale": "pt-BR", "viewport": DESK, **options})
        context.set_default_timeout(10_000)
        context.add_init_script(NOTE_VIOLATIONS)
        met.append(Person(context, product))
        return met[-1]

    yield one
    for person in met:
        person.context.close()
    assert not [one for person in met for one in person.complaints if not any(word in one for word in person.forgiven)]


@pytest.fixture(scope="package")
def logged_in(chromium: Browser, product: Product) -> Any:
    """The cookies of the demo's owner, after the log-in that a person goes through."""
    context = chromium.new_context(locale="pt-BR")
    log_in(context.new_page(), product, product.demo["owner_email"], product.demo["owner_password"])
    state = context.storage_state()
    context.close()
    return state


def log_in(page: Page, product: Product, email: str, password: str) -> None:
    """By the form of the public host, into the only salon there is to enter."""
    page.goto(f"{product.demo['public_url']}/")
    page.locator("#id_login").fill(email)
    page.locator("#id_password").fill(password)
    page.get_by_role("button", name="Entrar", exact=True).click()
    page.wait_for_url("**/accounts/salons/")
    page.locator(".salon").first.click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/")


@pytest.fixture
def owner(meet: Meet, logged_in: Any) -> Person:
    """The demo's owner at a desk."""
    return meet(storage_state=logged_in)


@dataclass(frozen=True)
class Guest:
    """Somebody with a phone, whom no other test knows."""

    name: str
    digits: str
    phone: Page

    def writes(self, text: str) -> None:
        """Write to the salon."""
        self.phone.locator("#message").fill(text)
        self.phone.locator("#send").click()

    @property
    def heard(self) -> Locator:
        """What the salon has written to them."""
        return self.phone.locator(".bubble--salon")


@pytest.fixture
def guest(meet: Meet, product: Product) -> Guest:
    """Beatriz, at the phone page."""
    demo, digits = product.demo, f"55119{secrets.randbelow(10**8):08d}"
    page = meet(viewport=PHONE).open(f"{demo['sandbox_url']}/phone?pnid={demo['phone_number_id']}")
    page.locator("#guest-phone").fill(digits)
    page.locator("#guest-name").fill(f"Beatriz {digits}")
    page.locator("#guest-name").press("Tab")
    expect(page.locator("#presence")).to_have_text("conectado")
    return Guest(f"Beatriz {digits}", digits, page)


@pytest.fixture(scope="package")
def canvas_url() -> Iterator[str]:
    """The canvas on a page of its own, which needs no product."""
    with served() as url:
        yield url


@pytest.fixture
def open_canvas(chromium: Browser, canvas_url: str) -> Iterator[Callable[..., Canvas]]:
    """Open that page, at a desk or as the options say; at the end the browser may not have complained."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def one(graph: dict[str, Any], *, drawn: dict[str, Any] | None = None, **options: Any) -> Canvas:
        context = chromium.new_context(**{"viewport": DESK, "reduced_motion": "reduce", **options})
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.add_init_script(NOTE_VIOLATIONS)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(canvas_url)
        return Canvas(page).start(graph, **(drawn or {}))

    yield one
    for context in contexts:
        context.close()
    assert not complaints
