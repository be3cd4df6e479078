"""What those who do not see the pages of flows are told, and what those who see little can read (UX-001)."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Meet

SPEAKING = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "switch", "tab", "menuitem"}
SPEAKING |= {"spinbutton", "listbox", "dialog", "tabpanel", "toolbar"}

# Texts that are seen, with less contrast than 4.5 (3 where they are large) to what lies right behind them.
PALE = """() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r, g, b].map((one, at) => (one * a + [R, G, B][at] * (255 - a)) / 255);
  const light = (rgb) => {
    const curve = (one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb.map((one) => curve(one / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const style = getComputedStyle(one);
      if (style.backgroundImage !== "none") return null;
      const color = rgba(style.backgroundColor);
      if (color[3]) layers.push(color);
      if (color[3] === 255) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const NOT_READ = "script, style, option, :disabled, [aria-disabled=true], .visually-hidden, .react-flow__attribution";
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const element = text.parentElement;
    if (!text.data.trim() || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (element.closest(NOT_READ)) continue;
    const style = getComputedStyle(element);
    const ground = behind(element);
    if (!ground) continue;
    const [one, other] = [light(over(rgba(style.color), ground)), light(ground)].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < (isLarge ? 3 : 4.5)) found.push(`${text.data.trim().slice(0, 40)} (${ratio.toFixed(2)})`);
  }
  return found;
}"""
HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((one) => one.checkVisibility())
  .map((one) => Number(one.tagName[1]))"""


def nameless(page: Page) -> list[str]:
    """Roles of what can be used and is called nothing."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    found = []
    for node in tree["nodes"]:
        role = node.get("role", {}).get("value", "")
        if not node.get("ignored") and role in SPEAKING and not node.get("name", {}).get("value", "").strip():
            found.append(role)
    return found


def heard_and_seen(page: Page, where: str) -> None:
    """Everything has a name, headings go down step by step, and what is written can be read."""
    assert nameless(page) == [], where
    levels = page.evaluate(HEADINGS)
    jumps = [(a, b) for a, b in pairwise(levels) if b > a + 1]
    assert jumps == [], where
    assert page.evaluate(PALE) == [], where


LOOKS: list[dict[str, Any]] = [
    {"viewport": DESK, "color_scheme": "light"},
    {"viewport": PHONE, "has_touch": True, "is_mobile": True, "color_scheme": "dark"},
]


@pytest.mark.parametrize("look", LOOKS, ids=["desk", "phone"])
def test_the_pages_of_flows_are_heard_and_seen(meet: Meet, logged_in: Any, look: dict[str, Any]) -> None:
    """UX-001: names, headings and contrast on each page, at both widths, light and dark."""
    page = meet(storage_state=logged_in, reduced_motion="reduce", **look).open("/flows/")
    for path in ("/flows/", "/flows/executions/", "/flows/gallery/", "/flows/gallery/booking_request/"):
        page.goto(f"{page.url.split('/flows/')[0]}{path}")
        expect(page.locator("h1")).to_be_visible()
        heard_and_seen(page, path)
    page.locator(".gallery-preview__take button[value='0']").click()
    for part in parts_of_the_builder(page, is_phone="is_mobile" in look):
        heard_and_seen(page, part)


def parts_of_the_builder(page: Page, *, is_phone: bool) -> Iterator[str]:
    """One after the other, as a person comes to them."""
    expect(page.locator("#canvas")).to_have_attribute("data-ready", "")
    yield "drawing"
    for pane in ("outline", "problems", "console"):
        page.locator(f"#tab-{pane}").click()
        expect(page.locator(f"[data-pane-of={pane}]")).to_be_visible()
        yield pane
    page.locator("#tab-outline").click()
    for number in (0, 1, 4):
        page.locator("#outline .outline-step__open").nth(number).click()
        expect(page.locator("#panel form")).to_be_visible()
        page.wait_for_timeout(300)  # it glides in
        yield f"form {number}"
        if is_phone:
            page.locator("[data-form-close]").click()
    page.locator("[data-open-simulator]").click()
    expect(page.locator(".sim__text")).to_be_visible()
    page.wait_for_timeout(300)
    yield "simulator"
