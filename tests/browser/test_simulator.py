"""Trying a flow before guests meet it: the phone beside the drawing, tests, publishing refused, replay."""

import json
import re
import secrets
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Meet, Person
from tests.product import Product, call, until

LIT = re.compile("is-lit")


def api(product: Product, method: str, path: str, body: Any = None) -> Any:
    """The salon's API, as a program outside uses it."""
    host, key = f"demo.cadeira.localhost:{product.port}", product.demo["api_key"]
    status, raw = call(product.port, method, f"/api/v1/{path}", body, {"Host": host, "Authorization": f"Api-Key {key}"})
    assert status < 300, raw
    return json.loads(raw)


def graph(word: str, text: str = "São {{ vars.n }} pessoas") -> dict[str, Any]:
    """Asks for a number and waits two days with its thanks."""
    return {
        "version": 1,
        "nodes": [
            {"id": "start", "type": "start", "trigger": "keywords", "keywords": [word], "position": {"x": 0, "y": 0}},
            {"id": "ask", "type": "ask", "text": "Quantas pessoas?", "answer": "number", "variable": "n",
             "position": {"x": 0, "y": 160}},
            {"id": "tell", "type": "send_message", "text": text, "position": {"x": 0, "y": 420}},
            {"id": "wait", "type": "wait", "amount": 2, "unit": "days", "position": {"x": 0, "y": 640}},
            {"id": "thanks", "type": "send_message", "text": "Obrigada!", "position": {"x": 0, "y": 800}},
        ],
        "edges": [
            {"id": "e1", "from": "start", "exit": "done", "to": "ask"},
            {"id": "e2", "from": "ask", "exit": "answered", "to": "tell"},
            {"id": "e3", "from": "tell", "exit": "done", "to": "wait"},
            {"id": "e4", "from": "wait", "exit": "done", "to": "thanks"},
        ],
    }  # fmt: skip


@dataclass
class Flow:
    """A published flow that answers to a word of its own."""

    product: Product
    id: str
    word: str

    def draws(self, text: str) -> None:
        """Somebody changes what it says."""
        draft = api(self.product, "GET", f"flows/{self.id}/draft/")
        body = {"revision": draft["revision"], "graph": graph(self.word, text)}
        api(self.product, "PUT", f"flows/{self.id}/draft/", body)

    def runs(self) -> list[dict[str, Any]]:
        """Its runs with guests."""
        return list(api(self.product, "GET", f"executions/?flow={self.id}")["results"])


@pytest.fixture
def flow(product: Product) -> Flow:
    word = f"teste{secrets.token_hex(4)}"
    made = api(product, "POST", "flows/", {"name": f"Grupo {word}", "graph": graph(word)})
    api(product, "POST", f"flows/{made['id']}/publish/", {})
    return Flow(product, made["id"], word)


def open_phone(person: Person, flow: Flow) -> Page:
    page = person.open(f"/flows/{flow.id}/")
    expect(page.locator("#canvas")).to_have_attribute("data-ready", "")
    page.locator("[data-open-simulator]").click()
    expect(page.locator("#sim-talk")).to_be_visible()
    return page


def says(page: Page, text: str) -> None:
    field = page.locator("[data-sim-composer] [name=text]")
    field.fill(text)
    field.press("Enter")
    expect(page.locator(".sim-bubble--in").last).to_contain_text(text)


def heard(page: Page) -> Locator:
    return page.locator(".sim-bubble--out").last


def node(page: Page, name: str) -> Locator:
    return page.locator(f'.react-flow__node[data-id="{name}"]')


def talk(page: Page, flow: Flow) -> None:
    """Ask, answer, and two days later."""
    says(page, flow.word)
    expect(heard(page)).to_contain_text("Quantas pessoas?")
    says(page, "3")
    expect(heard(page)).to_contain_text("São 3 pessoas")
    page.locator("""[hx-vals*='"skip"']""").click()
    expect(heard(page)).to_contain_text("Obrigada!")


def save_as_test(page: Page, name: str) -> None:
    page.locator("details:has(#sim-test) > summary").click()
    page.locator("#sim-test").fill(name)
    page.locator("#sim-test").press("Enter")
    expect(page.locator(".toast-note", has_text=name)).to_be_visible()


def test_a_talk_by_words_and_time_lights_the_drawing(owner: Person, flow: Flow) -> None:
    """FL-007: what one says on the phone goes through the drawing as it is now, and time is skipped."""
    page = open_phone(owner, flow)
    says(page, flow.word)
    expect(heard(page)).to_contain_text("Quantas pessoas?")
    expect(node(page, "ask")).to_have_class(LIT)
    says(page, "3")
    expect(heard(page)).to_contain_text("São 3 pessoas")
    expect(node(page, "wait")).to_have_class(LIT)
    page.locator("""[hx-vals*='"skip"']""").click()
    expect(heard(page)).to_contain_text("Obrigada!")
    expect(node(page, "thanks")).to_have_class(LIT)
    page.locator("[data-sim-keep=steps] > summary").click()
    expect(page.locator(".sim-step", has_text="n")).not_to_have_count(0)
    expect(page.locator(".sim-step__change")).to_contain_text("= 3")
    assert flow.runs() == []


def test_a_step_is_shown_beside_the_phone(owner: Person, flow: Flow) -> None:
    page = open_phone(owner, flow)
    says(page, flow.word)
    heard(page).locator("[data-sim-show]").click()
    expect(node(page, "ask")).to_have_class(re.compile("selected"))
    expect(page.locator("#sim-talk")).to_be_visible()


def test_on_a_phone_it_takes_the_whole_screen(meet: Meet, logged_in: Any, flow: Flow) -> None:
    page = open_phone(meet(storage_state=logged_in, viewport=PHONE, has_touch=True), flow)
    says(page, flow.word)
    expect(heard(page)).to_contain_text("Quantas pessoas?")
    box = page.locator("#simulator").bounding_box()
    assert box and (box["x"], box["width"]) == (0, PHONE["width"])
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.locator("[data-sim-close]").tap()
    expect(page.locator("#sim-talk")).to_be_hidden()


def test_a_broken_flow_is_not_published_and_the_reason_is_said(owner: Person, flow: Flow) -> None:
    """FL-008: the talk is saved as a test, and keeps the flow from being published once it goes another way."""
    page = open_phone(owner, flow)
    talk(page, flow)
    save_as_test(page, "Três pessoas")
    page.close()
    flow.draws("Somos {{ vars.n }}")
    page = owner.open(f"/flows/{flow.id}/")
    expect(page.locator("#canvas")).to_have_attribute("data-ready", "")
    page.locator("[data-publish]").first.click()
    red = page.locator("#publish-dialog .changes__bad")
    expect(red).to_contain_text("Três pessoas")
    expect(red).to_contain_text("São 3 pessoas")
    expect(red).to_contain_text("Somos 3")
    assert api(flow.product, "GET", f"flows/{flow.id}/")["version"] == 1

    page.goto(page.url.split("?")[0] + "tests/")
    page.locator(".tests__name a", has_text="Três pessoas").click()
    expect(page.locator(".script__row.is-failed")).to_contain_text("São 3 pessoas")
    expect(node(page, "tell")).to_be_visible()
    page.locator(".script__row.is-failed textarea").fill("Somos 3")
    page.locator("form.script .script__acts button").click()
    expect(page.locator(".alert-success")).to_be_visible()
    expect(page.locator(".script__row.is-failed")).to_have_count(0)


def test_a_run_is_played_over_the_next_version(owner: Person, flow: Flow, product: Product) -> None:
    """FL-009: the first difference is marked, in words and on the canvas."""
    guest = f"55119{secrets.randbelow(10**8):08d}"
    for text in (flow.word, "4"):
        wish = {"phone_number_id": product.demo["phone_number_id"], "from": guest, "text": text}
        product.sandbox("inbound", **wish)
        until(lambda text=text: flow.runs() and len(flow.runs()[0]["steps"]) >= (5 if text == "4" else 2), 20, "a run")  # type: ignore[misc]
    flow.draws("Somos {{ vars.n }}")
    api(product, "POST", f"flows/{flow.id}/publish/", {})
    page = owner.open(f"/flows/{flow.id}/executions/{flow.runs()[0]['id']}/replay/?version=2")
    expect(page.locator("#replay-difference")).to_contain_text("São 4 pessoas")
    expect(page.locator("#replay-difference")).to_contain_text("Somos 4")
    first = page.locator(".replay__pair.is-first")
    expect(first).to_have_class(re.compile("is-here"))
    expect(first).to_contain_text("Somos 4")
    expect(node(page, "tell")).to_have_class(LIT)
    page.locator("h1").click()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".replay__pair.is-here")).not_to_have_class(re.compile("is-first"))
    expect(node(page, "wait")).to_have_class(LIT)
    page.keyboard.press("ArrowLeft")
    expect(node(page, "wait")).not_to_have_class(LIT)
