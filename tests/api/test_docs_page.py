"""The browsable docs in Chromium, under the strict policy and without the internet."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application

from config.env import env
from tests.chromium import open_browser

ROOT = Path(__file__).resolve().parents[2]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def public_site() -> Iterator[str]:
    """The public host on a port of its own; its docs need no database."""
    with make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{env.public_hostname}:{server.server_port}"
        server.shutdown()


@pytest.mark.browser
def test_it_renders_without_a_complaint_or_an_outside_request(public_site: str) -> None:
    complaints: list[str] = []
    outside: list[str] = []

    def watch(request: Any) -> None:
        if not request.url.startswith((public_site, "data:", "blob:")):
            outside.append(request.url)

    with open_browser() as browser:
        page = browser.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", watch)
        page.goto(f"{public_site}/api/docs/")
        page.wait_for_selector(".opblock")
        shown = page.locator(".opblock").count()
        page.locator(".opblock-summary-control").first.click()
        page.wait_for_selector(".responses-table")
    operations = json.loads((ROOT / "api" / "openapi.json").read_text())["paths"].values()
    assert shown == sum(map(len, operations))
    assert (complaints, outside) == ([], [])
