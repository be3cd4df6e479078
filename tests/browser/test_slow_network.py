"""A phone with a slow network: what comes while a page is on its way is neither lost nor takes the focus away."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import APIResponse, Route, expect

from tests.browser.conftest import Guest, Person
from tests.browser.test_composer import talk_with
from tests.browser.test_story import inbox, open_talk


def fetched(route: Route) -> APIResponse:
    """What the server answers. Playwright itself finds no *.localhost, as browsers do."""
    url, headers = urlsplit(route.request.url), route.request.all_headers()
    return route.fetch(
        url=url._replace(netloc=f"127.0.0.1:{url.port}").geturl(), headers={**headers, "host": url.netloc}
    )


def test_a_message_that_overtakes_the_talk_is_shown(owner: Person, guest: Guest) -> None:
    page = inbox(owner)
    guest.writes("Queria falar com alguém")
    row = page.locator(".row-item", has_text=guest.name)
    expect(row).to_contain_text("Como posso ajudar?")

    def late(route: Route) -> None:
        """The answer as it was before the guest wrote again; it arrives after the news of that."""
        answer = fetched(route)
        guest.writes("E tem estacionamento?")
        expect(row).to_contain_text("Recebemos a sua mensagem")
        route.fulfill(response=answer)

    page.route(re.compile(r"/inbox/[0-9a-f-]{36}/$"), late, times=1)
    open_talk(page, guest)
    expect(page.locator(".talk .bubble--in", has_text="E tem estacionamento?")).to_have_count(1)


def test_a_note_that_is_saved_late_leaves_the_focus_where_it_is(owner: Person, guest: Guest) -> None:
    page = talk_with(owner, guest)
    page.locator(".talk__scroll").focus()
    page.keyboard.press("n")
    expect(page.locator("#note-of-talk")).to_be_focused()

    def late(route: Route) -> None:
        answer = fetched(route)
        page.get_by_role("searchbox").first.focus()
        route.fulfill(response=answer)

    page.route(re.compile(r"/note/$"), late, times=1)
    page.keyboard.type("Prefere a tarde")
    page.keyboard.press("Enter")
    expect(page.locator("#note-form")).to_be_hidden()
    expect(page.get_by_role("searchbox").first).to_be_focused()


PLANTED = """
document.addEventListener("DOMContentLoaded", () => {
  const row = '<li class="alert-row" id="alert-gone">Já passou</li>';
  document.getElementById("alerts")?.insertAdjacentHTML("afterbegin", row);
  document.body.dataset.planted = document.querySelectorAll("#alert-gone").length;
});
"""


def test_an_alert_that_was_over_before_the_socket_was_open_leaves_the_list(owner: Person) -> None:
    page = owner.open("")
    page.add_init_script(PLANTED)
    page.goto(f"{owner.product.demo['salon_url']}/settings/alerts/")
    expect(page.locator("body")).to_have_attribute("data-planted", "1")
    expect(page.locator("#alert-gone")).to_have_count(0)
