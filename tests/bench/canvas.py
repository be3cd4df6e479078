"""The canvas with as many steps as a flow may have, in headless Chromium; and what its code weighs."""

import gzip
import json
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests import chromium
from tests.bench.house import House
from tests.bench.result import Result, percentile
from tests.canvas.graphs import large
from tests.canvas.server import STATIC, served

STEPS, RUNS, DRAG_S = 500, 5, 3.0
ISLAND = ("island.js", "island.css")
# From the navigation until the second frame after the canvas stands: then it is on the screen.
DRAW = """
document.addEventListener("DOMContentLoaded", () => {
  start(GRAPH, { bare: true });
  const canvas = document.getElementById("canvas");
  const look = () => {
    if (!("ready" in canvas.dataset)) return requestAnimationFrame(look);
    requestAnimationFrame(() => requestAnimationFrame(() => { window.painted = performance.now(); }));
  };
  look();
});
"""
WATCH = """() => {
  window.frames_ms = [];
  window.tasks_ms = [0];
  let last = performance.now();
  const frame = (now) => { frames_ms.push(now - last); last = now; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => tasks_ms.push(...list.getEntries().map((task) => task.duration)))
    .observe({ entryTypes: ["longtask"] });
}"""


def first_paint_ms(house: House) -> Result:
    """A page with 500 steps, from the navigation until they are seen."""
    with _chromium() as (browser, url):
        found = [_painted(browser, url)[1] for _ in range(RUNS)]
    said = f"{STEPS} steps; from {min(found):.0f} to {max(found):.0f} ms"
    return Result("canvas_500_first_paint_ms", statistics.median(found), "ms", said, None, RUNS)


def drag_frame_ms(house: House) -> Result:
    """The median frame while one of 500 steps is dragged for three seconds, as the page opens."""
    with _chromium() as (browser, url):
        page, _ = _painted(browser, url)
        moves = _drag(page)
        frames, tasks = page.evaluate("() => [frames_ms, tasks_ms]")
    said = (
        f"{moves} moves in {DRAG_S:.0f} s, p95 {percentile(frames, 0.95):.1f} ms, "
        f"longest frame {max(frames):.0f} ms, longest task {max(tasks):.0f} ms (0: none over 50 ms)"
    )
    return Result("canvas_500_drag_frame_ms", statistics.median(frames), "ms", said, None, len(frames))


def bundle_gzip_kb(house: House) -> Result:
    """What the island adds to a page: code and style sheet, gzip."""
    sizes = [len(gzip.compress((STATIC / "flow" / name).read_bytes(), 9)) / 1024 for name in ISLAND]
    said = ", ".join(f"{name} {size:.1f} KB" for name, size in zip(ISLAND, sizes, strict=True))
    return Result("flow_bundle_gzip_kb", sum(sizes), "KB", said)


@contextmanager
def _chromium() -> Iterator[tuple[Browser, str]]:
    # The one that people have, before the small one.
    found = shutil.which("chromium") or chromium.found()
    if found is None:
        raise RuntimeError("there is no Chromium")
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=Path(found), args=["--no-sandbox"])
        yield browser, url
        browser.close()


def _painted(browser: Browser, url: str) -> tuple[Page, float]:
    """A new page with the large drawing on it, and after how many milliseconds it was seen."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.add_init_script(f"const GRAPH = {json.dumps(large(STEPS))};{DRAW}")
    page.goto(url)
    handle: Any = page.wait_for_function("() => window.painted")
    return page, float(handle.json_value())


def _drag(page: Page) -> int:
    """Drag a step round and round; how often the mouse was moved."""
    box = page.locator('.react-flow__node[data-id="n1"] .flow-step__head').bounding_box()
    if box is None:
        raise RuntimeError("the step is not drawn")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(WATCH)
    until, moves = time.monotonic() + DRAG_S, 0
    while time.monotonic() < until:
        moves += 1
        page.mouse.move(x + moves % 60 * 4, y + moves % 40 * 3)
    page.mouse.up()
    return moves
