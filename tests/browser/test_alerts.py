"""An alert as people meet it: a toast while they look, the bell, the list, and taking care of it (WA-013, OB-004)."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Guest, Person
from tests.product import Product, call

ROOT = Path(__file__).resolve().parents[2]

RESUME = """
from channels_wa.numbers.actions import resume
from channels_wa.numbers.models import Number
for number in Number.objects.filter(state="stopped"):
    resume(number)
"""


@pytest.fixture
def restored(product: Product) -> Iterator[None]:
    """The number works again afterwards, for the tests that follow."""
    yield
    wish = {"phone_number_id": product.demo["phone_number_id"]}
    assert call(product.sandbox_port, "POST", "/_sandbox/tokens", wish)[0] == 200
    command = [sys.executable, "manage.py", "shell", "-c", RESUME]
    subprocess.run(command, cwd=ROOT, env=product.environ(), check=True, capture_output=True)


def test_a_token_that_expires_is_told_once_and_taken_care_of(
    owner: Person, guest: Guest, product: Product, restored: None
) -> None:
    page = owner.open("/contacts/")
    expect(page.locator("#alert-bell-side")).to_contain_text("Nenhum alerta")
    # For every call until there is a new token: one alone may meet a look at the templates, which stops no number.
    wish = {"fault": "token_expired", "count": 100}
    assert call(product.sandbox_port, "POST", "/_sandbox/faults", wish)[0] == 200
    guest.writes("oi")
    guest.writes("tem alguém?")
    toast = page.locator(".toast-note")
    expect(toast).to_contain_text("o acesso dele venceu", timeout=30_000)
    expect(toast).to_have_count(1)
    expect(page.locator("#alert-bell-side .bell__count")).to_have_text("1")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.locator("#alert-bell-top").click()
    row = page.locator(".alert-row")
    expect(row).to_have_count(1)
    row.get_by_role("button", name="Eu cuido disso").click()
    expect(row).to_contain_text("está cuidando disso")
    expect(page.locator("#alert-bell-top .bell__count")).to_have_count(0)


def test_when_it_works_again_the_alert_is_over_by_itself(owner: Person) -> None:
    page = owner.open("/settings/alerts/")
    # Told by an event, which a busy machine handles late.
    expect(page.locator(".alert-row")).to_have_count(0, timeout=30_000)
    page.get_by_role("link", name="Passados").click()
    expect(page.locator(".alert-row").first).to_contain_text("resolvido desde")
