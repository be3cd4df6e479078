"""FR-BL-001 to FR-BL-008, BL-009, BL-010: a stranger's money, from sign-up to Free, with the months skipped."""

import re
import secrets
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Meet
from tests.product import Product, until

GOOD, FAILS_LATER = "4242 4242 4242 4242", "4000 0000 0000 0341"


def signs_up(page: Page, product: Product, slug: str) -> str:
    """Register, confirm the address, and be led into a salon that is ready; its address."""
    public = product.demo["public_url"]
    page.goto(f"{public}/signup/")
    page.locator("#id_email").fill(f"{slug}@example.com")
    page.locator("#id_password1").fill(secrets.token_urlsafe(12))
    page.locator("#name").fill("Studio da Ana")
    page.locator("#slug").fill(slug)
    page.locator("form[data-once] .btn-primary").click()
    page.wait_for_url("**/accounts/confirm-email/")
    page.goto(f"{public}/demo/mail/")
    link = page.locator(".demo-mail", has_text=f"{slug}@example.com").locator("a[href*=confirm]")
    reloads(page, lambda: link.count() > 0)
    page.goto(link.first.get_attribute("href") or "")
    page.locator("main form[method=post] button").first.click()
    salon: str = product.demo["salon_url"].replace("//demo.", f"//{slug}.")
    page.wait_for_url(f"{salon}/", timeout=60_000)
    return salon


def pays(page: Page, card: str) -> None:
    """On the gateway's own page."""
    page.wait_for_url(re.compile("/stripe/pages/"))
    page.locator("[name=card]").fill(card)
    page.locator("[name=name]").fill("Ana Souza")
    page.locator("button[value=card]").first.click()


def presses(page: Page, action: str) -> None:
    """The button of the form that goes there."""
    page.locator(f"main form[action='{action}'] button").first.click()


def test_fr_bl_001_to_008_a_stranger_tries_pays_fails_recovers_and_goes(meet: Meet, product: Product) -> None:
    page = meet(timezone_id="America/Sao_Paulo").open("")
    salon = signs_up(page, product, f"ana{secrets.randbelow(10**6)}")
    # Fourteen days of Pro, without a card.
    page.goto(f"{salon}/billing/")
    expect(page.locator("#plan")).to_contain_text("Pro")
    expect(page.locator(".bill-plan__words")).to_contain_text("14")
    # Checkout, there and back; the page that waits goes on by itself.
    page.goto(f"{salon}/billing/plans/pro/")
    page.locator("main .card-footer .btn-primary").click()
    pays(page, GOOD)
    expect(page.locator("#waiting .icon.text-success")).to_be_visible(timeout=60_000)
    uses_up(page, product, salon)
    # A smaller plan begins with the next period, and can be called off.
    page.goto(f"{salon}/billing/plans/starter/")
    expect(page.locator(".facts")).to_contain_text("R$ 79")
    page.locator("main .card-footer .btn-primary").click()
    page.wait_for_url(f"{salon}/billing/")
    until(lambda: told(product, salon, "next_version_id") is not None, 60, "the smaller plan is noted")
    page.reload()
    presses(page, "/billing/resume/")
    until(lambda: told(product, salon, "next_version_id") is None, 60, "it is called off")
    page.goto(f"{salon}/billing/invoices/")
    reloads(page, lambda: page.locator("[data-invoice]").count() == 1)
    with page.expect_download() as file:
        page.locator("[data-invoice]").click()
    assert file.value.path().read_bytes().startswith(b"%PDF")
    # Another card pays, and does not when the month is over.
    page.goto(f"{salon}/billing/payment/")
    presses(page, "/billing/payment/new/")
    pays(page, FAILS_LATER)
    page.locator("button[value=back]").click()
    page.wait_for_url(f"{salon}/billing/payment/")
    # The newest one pays from now on.
    reloads(page, lambda: page.locator(".bill-method:has(.badge)", has_text="0341").count() == 1)
    try:
        product.manage("demo_clock", "+32d")
        reloads(page, lambda: page.locator(".bill-banner--danger").count() == 1)
        page.locator(".bill-banner .btn").click()
        page.wait_for_url(f"{salon}/billing/payment/")
        # What is owed may be known before its invoice is.
        reloads(page, lambda: page.locator("main form[action='/billing/invoices/pay/']").count() == 1)
        presses(page, "/billing/invoices/pay/")
        expect(page.locator(".toast-note--error")).to_be_visible()
        presses(page, "/billing/payment/default/")
        expect(page.locator(".bill-method:has(.badge)", has_text="4242")).to_be_visible()
        presses(page, "/billing/invoices/pay/")
        expect(page.locator("#waiting .icon.text-success")).to_be_visible(timeout=60_000)
        page.goto(f"{salon}/billing/")
        expect(page.locator(".bill-banner")).to_have_count(0)
        sees_on_invoice(page, salon, "300 ×", re.compile(r"R\$\s18"))
        # Cancelled, it goes on until what is paid for is over; then it is Free and nothing is lost.
        page.goto(f"{salon}/billing/cancel/")
        page.locator("main .btn-danger").click()
        page.wait_for_url(f"{salon}/billing/")
        until(lambda: told(product, salon, "cancel_at"), 60, "the end is noted")
        product.manage("demo_clock", "+32d")
        reloads(page, lambda: "Free" in page.locator("#plan").inner_text())
    finally:
        product.manage("demo_clock", "reset")


def reloads(page: Page, is_there: Callable[[], bool]) -> None:
    """Look again until the gateway's news have come."""

    def look() -> bool:
        page.reload()
        return is_there()

    until(look, 90, "the news")


def uses_up(page: Page, product: Product, salon: str) -> None:
    """Most of what the plan has, all of it, and 300 messages more: told each time, and owed."""
    uses(product, salon, 16_000)
    sees_alert(page, salon, "80 %")
    uses(product, salon, 4_300)
    sees_alert(page, salon, "se esgotou")
    sees_alert(page, salon, "mais do que o seu plano tem")
    page.goto(f"{salon}/billing/")
    expect(page.locator(".bill-meter", has_text="20.300")).to_contain_text("20.000")
    reported = "SELECT r.state FROM public.overage_report r JOIN public.salon a ON a.id = r.salon_id WHERE a.slug = %s"
    until(lambda: product.rows(reported, [slug_of(salon)]) == [("done",)], 60, "it is told to who bills")


def sees_on_invoice(page: Page, salon: str, text: str, amount: re.Pattern[str]) -> None:
    """A line of the newest one."""
    page.goto(f"{salon}/billing/invoices/")
    page.locator(".bill-invoice summary").first.click()
    line = page.locator(".bill-invoice").first.locator(".bill-lines tr", has_text=text)
    expect(line.locator(".bill-lines__amount")).to_have_text(amount)


def uses(product: Product, salon: str, units: int) -> None:
    """So many messages were sent; recorded as sending does it, in one batch."""
    product.manage(
        "shell", "-c",
        "from billing.metering.recording import record; from tenants.salons.models import Salon;"
        f"record(Salon.objects.get(slug='{slug_of(salon)}').pk, 'messages', key='sent-{units}', quantity={units})",
    )  # fmt: skip


def sees_alert(page: Page, salon: str, words: str) -> None:
    """Among what the salon is told."""
    page.goto(f"{salon}/settings/alerts/")
    reloads(page, lambda: page.locator(".alert-row", has_text=words).count() == 1)


def slug_of(salon: str) -> str:
    """The name in its address."""
    return salon.removeprefix("http://").partition(".")[0]


def told(product: Product, salon: str, column: str) -> object:
    """What stands in the salon's subscription."""
    return product.one(
        f"SELECT s.{column} FROM public.subscription s JOIN public.salon a ON a.id = s.salon_id WHERE a.slug = %s",
        [slug_of(salon)],
    )
