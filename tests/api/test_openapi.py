"""The API's description: complete, the same as the kept one, on both hosts (API-001)."""

import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tenants.salons.hosts import salon_host
from tests.api.conftest import Seeded
from tests.api.program import Program, public_host
from tests.world import Salons

ROOT = Path(__file__).resolve().parents[2]


def _document() -> Any:
    return json.loads(runpy.run_path(str(ROOT / ".ci" / "openapi.py"))["document"]())


def test_it_is_the_kept_one() -> None:
    """Renewed by `.venv/bin/python .ci/openapi.py --write`."""
    assert _document() == json.loads((ROOT / "api" / "openapi.json").read_text())


@pytest.mark.parametrize("host", ["public", "salon"])
def test_both_hosts_serve_it(salons: Salons, db: None, host: str) -> None:
    client = Client(headers={"host": public_host() if host == "public" else salon_host("aurora")})
    served = client.get("/api/schema/")
    assert served.status_code == 200
    assert served.json()["openapi"] == "3.1.0"
    assert served.json()["paths"].keys() == _document()["paths"].keys()
    assert client.get("/api/docs/").status_code == 200


def test_the_page_of_docs_has_no_inline_script_and_no_outside_address(salons: Salons, db: None) -> None:
    page = Client(headers={"host": public_host()}).get("/api/docs/").content.decode()
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert "style=" not in page
    assert "<style" not in page
    assert not re.search(r"(src|href)=\"(https?:)?//", page)


def test_every_resource_has_an_example() -> None:
    for path, operations in _document()["paths"].items():
        # Some addresses are only written to, one has nothing to show (connections/{id}/qr/).
        answer = operations.get("get", {}).get("responses", {}).get("200")
        if answer is not None:
            assert "examples" in answer["content"]["application/json"], path


def _schema_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = _document()["components"]["schemas"][name]
    return found


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("contacts", "Contact"),
        ("conversations", "Conversation"),
        ("messages", "Message"),
        ("flows", "Flow"),
        ("executions", "Execution"),
        ("connections", "Connection"),
        ("consents", "Consent"),
    ],
)
def test_what_is_shown_is_what_is_described(program: Program, seeded: Seeded, path: str, name: str) -> None:
    [shown] = program.ask(f"{path}/")["results"]
    assert shown.keys() == _schema_of(name)["properties"].keys()
