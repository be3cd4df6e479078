"""A run goes wrong (FL-006): watched live, found the next morning, and led to a person by the error branch."""

import json
import re
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Guest, Person

ASK = """async ([url, body, type]) => {
  const answer = await fetch(url, {method: "POST", body, headers: {
    "Content-Type": type, "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value}});
  return [answer.status, answer.url, await answer.text()];
}"""


def post(page: Page, url: str, body: str, kind: str = "application/x-www-form-urlencoded") -> tuple[str, str]:
    """What a page's script would do; address and text of the answer."""
    status, there, text = page.evaluate(ASK, [url, body, kind])
    assert status == 200, text
    return there, text


class Dividing:
    """A flow that divides by what the guest says; published through the builder's own addresses."""

    def __init__(self, owner: Person) -> None:
        self.word = f"divide{secrets.token_hex(4)}"
        self.page = owner.open("/flows/")
        there, text = post(self.page, "/flows/new/", f"name={self.word}")
        self.path = urlsplit(there).path
        found = re.search(r'data-revision="(\d+)"', text)
        self.revision = int(found[1]) if found else 0

    def publish(self, *, branch: bool) -> None:
        """With or without the error branch."""
        graph = json.dumps({"revision": self.revision, "graph": drawing(self.word, branch=branch)})
        saved = json.loads(post(self.page, f"{self.path}draft/", graph, "application/json")[1])
        self.revision = saved["revision"]
        post(self.page, f"{self.path}publish/", f"revision={self.revision}")

    def archive(self) -> None:
        """It was only for this test."""
        self.page.evaluate(ASK, [f"{self.path}archive/", "", "application/x-www-form-urlencoded"])


def drawing(word: str, *, branch: bool) -> dict[str, Any]:
    nodes: list[dict[str, Any]] = [
        {"id": "start", "type": "start", "trigger": "keywords", "keywords": [word], "position": {"x": 0, "y": 0}},
        {
            "id": "how",
            "type": "ask",
            "text": "Para quantas pessoas?",
            "answer": "number",
            "variable": "n",
            "position": {"x": 0, "y": 160},
        },
        {
            "id": "each",
            "type": "set_variable",
            "variable": "each",
            "value": "100 / vars.n",
            "position": {"x": 0, "y": 320},
        },
        {"id": "price", "type": "send_message", "text": "R$ {{ vars.each }} cada", "position": {"x": 0, "y": 480}},
    ]
    edges = [
        {"id": "e1", "from": "start", "exit": "done", "to": "how"},
        {"id": "e2", "from": "how", "exit": "answered", "to": "each"},
        {"id": "e3", "from": "each", "exit": "done", "to": "price"},
    ]
    if branch:
        nodes.append(
            {"id": "sorry", "type": "send_message", "text": "Já chamo alguém.", "position": {"x": 320, "y": 480}}
        )
        edges.append({"id": "e4", "from": "each", "exit": "error", "to": "sorry"})
    return {"version": 1, "nodes": nodes, "edges": edges}


@pytest.fixture
def dividing(owner: Person) -> Iterator[Dividing]:
    flow = Dividing(owner)
    flow.publish(branch=False)
    yield flow
    flow.archive()


def console(owner: Person, flow: Dividing) -> Page:
    page = owner.open(flow.path)
    expect(page.locator("#canvas")).to_have_attribute("data-ready", "")
    page.locator("#tab-console").click()
    expect(page.locator("[data-live-state]")).to_have_class(re.compile("is-live"))
    return page


def step(page: Page, node: str) -> Locator:
    return page.locator(f'#console .console-step[data-node="{node}"]')


def divide_by(guest: Guest, flow: Dividing, number: str) -> None:
    asked = guest.heard.filter(has_text="Para quantas pessoas?")
    before = asked.count()
    guest.writes(flow.word)
    expect(asked).to_have_count(before + 1)
    guest.writes(number)


def another(guest: Guest) -> Guest:
    """Somebody else at the same phone page: where a flow failed, a person answers from then on."""
    digits = f"55119{secrets.randbelow(10**8):08d}"
    guest.phone.locator("#guest-phone").fill(digits)
    guest.phone.locator("#guest-name").fill(f"Clara {digits}")
    guest.phone.locator("#guest-name").press("Tab")
    expect(guest.heard).to_have_count(0)
    return Guest(f"Clara {digits}", digits, guest.phone)


def test_a_broken_flow_is_watched_understood_and_mended(owner: Person, guest: Guest, dividing: Dividing) -> None:
    """Watch it live, find why it stopped, lead the error to a person."""
    page = console(owner, dividing)
    divide_by(guest, dividing, "0")
    failed = step(page, "each")
    expect(failed).to_have_class(re.compile("console-step--failed"))
    expect(failed.locator(".console-step__heard, .console-step__why").first).to_be_visible()
    expect(step(page, "how").first).to_contain_text("n = 0")

    runs = owner.open("/flows/executions/?status=failed")
    row = runs.locator(".row-item", has_text=guest.name)
    expect(row.locator(".row-item__why")).to_be_visible()
    row.get_by_role("link").click()
    why = runs.locator(".run-stopped")
    expect(why).to_be_visible()
    expect(why.locator("code")).to_be_visible()
    expect(runs.locator("#canvas")).to_have_attribute("data-ready", "")
    expect(runs.locator('.react-flow__node[data-id="each"]')).to_have_class(re.compile("is-lit"))
    why.locator("[data-show-node]").click()
    expect(runs.locator("#console .console-step")).to_have_count(1)
    runs.locator("#console-only button").click()
    expect(runs.locator("#console .console-step")).to_have_count(4)

    dividing.publish(branch=True)
    other = another(guest)
    divide_by(other, dividing, "0")
    expect(other.heard.last).to_contain_text("Já chamo alguém.")
    expect(step(page, "sorry").first).to_be_visible()
    survived = owner.open(f"{dividing.path}executions/?errors=1&status=completed")
    survived.locator(".row-item", has_text=other.name).get_by_role("link").click()
    expect(survived.locator(".run-stopped.alert-warning")).to_be_visible()
    expect(step(survived, "sorry").locator(".console-step__sent")).to_contain_text("Já chamo alguém.")


def test_the_console_holds_still_and_shows_errors_only(owner: Person, guest: Guest, dividing: Dividing) -> None:
    page = console(owner, dividing)
    pause = page.locator("#console-pause")
    pause.click()
    divide_by(guest, dividing, "0")
    expect(pause.locator("[data-count]")).to_contain_text("4")
    expect(step(page, "each")).to_have_count(0)
    pause.click()
    expect(step(page, "each")).to_have_count(1)
    page.locator("#console-errors").check()
    expect(page.locator("#console .console-step")).to_have_count(1)
    divide_by(another(guest), dividing, "0")
    expect(page.locator("#console .console-step")).to_have_count(2)


def test_the_numbers_stand_on_the_drawing_and_go_on_counting(owner: Person, guest: Guest, dividing: Dividing) -> None:
    """FL-006: counts per node and edge, live."""
    divide_by(guest, dividing, "4")
    expect(guest.heard.last).to_contain_text("R$ 25 cada")
    page = console(owner, dividing)
    page.locator("#numbers-box > summary").click()
    came = page.locator('[data-numbers-node="price"] [data-arrived]')
    expect(came).to_have_text("1")
    divide_by(guest, dividing, "5")
    expect(came).to_have_text("2")
    expect(page.locator('.react-flow__node[data-id="price"]')).to_contain_text("2")


def test_a_run_is_stopped_from_the_conversation(owner: Person, guest: Guest, dividing: Dividing) -> None:
    guest.writes(dividing.word)
    expect(guest.heard.last).to_contain_text("Para quantas pessoas?")
    page = owner.open("/inbox/")
    page.locator(".row-item", has_text=guest.name).get_by_role("link").click()
    line = page.locator(".talk-run__line")
    expect(line).to_contain_text(dividing.word)
    line.get_by_role("button").click()
    expect(line).to_have_count(0)


def test_runs_fit_a_phone(owner: Person, guest: Guest, dividing: Dividing) -> None:
    """UX-001: nothing is wider than 390 px."""
    divide_by(guest, dividing, "0")
    page = owner.open(f"{dividing.path}executions/")
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    row = page.locator(".row-item", has_text=guest.name)
    expect(row).to_be_visible()
    for _ in range(2):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if row.count():
            row.get_by_role("link").click()
            expect(page.locator("#console")).to_be_visible()
