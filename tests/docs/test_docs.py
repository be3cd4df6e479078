"""The documents name what is there: files, links, failpoints, node types."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
TOPS = (
    "api",
    "billing",
    "channels_wa",
    "config",
    "crm",
    "docker",
    "docs",
    "flows",
    "ops",
    "portal",
    "requirements",
    "tenants",
)
PATH = re.compile(rf"`((?:{'|'.join(TOPS)}|sandbox|static|templates|tests|\.ci)/[\w./-]*)`")
LINK = re.compile(r"\]\(([^)#:]+)\)")
# Made by a person, not kept in the repository.
MADE = {
    "docker/secrets/",
    "docker/secrets/meta_verify_token",
    "docker/secrets/stripe_secret_key",
    "docker/secrets/stripe_webhook_secrets",
    "docker/stripe-prices.env",
    "docker/tls/fullchain.pem",
    "docker/tls/privkey.pem",
}


def name_of(doc: Path) -> str:
    return str(doc.relative_to(ROOT))


@pytest.mark.parametrize("doc", DOCS, ids=name_of)
def test_every_named_file_is_there(doc: Path) -> None:
    named = set(PATH.findall(doc.read_text())) - MADE
    assert {path for path in named if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize("doc", DOCS, ids=name_of)
def test_every_link_leads_somewhere(doc: Path) -> None:
    assert {link for link in LINK.findall(doc.read_text()) if not (doc.parent / link).exists()} == set()


def failpoints() -> Iterator[str]:
    for top in TOPS:
        for file in (ROOT / top).rglob("*.py"):
            yield from re.findall(r'failpoint\("([a-z_.]+)"\)', file.read_text())


def test_the_journey_tells_of_every_failpoint() -> None:
    told = set(re.findall(r"`((?:[a-z_]+\.[a-z_]+)(?:, [a-z_.]+)*)`", (ROOT / "docs/message-journey.md").read_text()))
    assert set(failpoints()) <= {name for group in told for name in group.split(", ")}


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs/adr/README.md").read_text()
    pages = sorted((ROOT / "docs/adr").glob("0*.md"))
    assert [page.name for page in pages if page.name not in listed] == []
    numbers = [int(page.name[:4]) for page in pages]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("page", sorted((ROOT / "docs/adr").glob("0*.md")), ids=lambda page: page.stem)
def test_a_decision_has_its_three_parts(page: Path) -> None:
    assert re.findall(r"^## (\w+)$", page.read_text(), re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_every_command_of_the_readme_is_in_the_makefile() -> None:
    asked = set(re.findall(r"^(?: {4}.*?|.*?`)make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert asked <= set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
