"""The ready flows: one drawing each, its words in three languages, and conversations that it must hold.

`ready/<slug>.json`:
{"icon": "calendar", "group": "booking",
 "name": {"pt_BR": …, "en": …, "es": …}, "description": {…},
 "graph": {… "text": "@hello" …}, "tests": [… "text": "@hello" …], "templates": [{"name", "category", "body": "@…"}],
 "settings": {"may_interrupt": true},
 "texts": {"hello": {"pt_BR": "Oi!", "en": "Hi!", "es": "¡Hola!"}}}

A string that begins with "@" stands for a text of that name, in the language in which the flow is read; "{@hello}" does
so within a longer string.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent / "ready"
LANGUAGES: Final = ("pt_BR", "en", "es")
# As they are listed: what a new salon needs first comes first.
ORDER: Final = (
    "welcome",
    "booking",
    "change_visit",
    "booking_request",
    "reminder",
    "rebooking",
    "review",
    "rhythm",
    "no_show",
    "birthday",
    "win_back",
    "faq",
    "lead_qualification",
)
_WITHIN: Final = re.compile(r"\{@([a-z0-9_]+)\}")


class NoSuchFlow(LookupError):
    """There is no ready flow of that name."""


@dataclass(frozen=True)
class ReadyFlow:
    """A ready flow in one language."""

    slug: str
    icon: str
    group: str
    language: str
    name: str
    description: str
    graph: dict[str, Any]
    tests: list[dict[str, Any]]
    # What WhatsApp must have approved before it can start, as the editor's form says it (message_templates.drafts).
    templates: list[dict[str, Any]]
    # How it behaves (flows.settings).
    settings: dict[str, Any]


def ready_flow(slug: str, language: str = LANGUAGES[0]) -> ReadyFlow:
    """A ready flow in a language; one that it does not have is read in the first. Raises NoSuchFlow."""
    if slug not in ORDER:
        raise NoSuchFlow(slug)
    return _read(slug, language if language in LANGUAGES else LANGUAGES[0])


def ready_flows(language: str) -> list[ReadyFlow]:
    """All of them, in their order."""
    return [ready_flow(slug, language) for slug in ORDER]


def language_for(code: str) -> str:
    """Which of the three suits a page or a guest in this language: "pt-br" is pt_BR, "es-MX" is es."""
    begins = code.replace("_", "-").partition("-")[0].lower()
    return next((one for one in LANGUAGES if one.partition("_")[0] == begins), "en")


@cache
def _read(slug: str, language: str) -> ReadyFlow:
    data = json.loads((HERE / f"{slug}.json").read_text())
    texts = {name: words[language] for name, words in data["texts"].items()}
    said = _said(data, texts)
    return ReadyFlow(
        slug=slug,
        icon=data["icon"],
        group=data["group"],
        language=language,
        name=data["name"][language],
        description=data["description"][language],
        graph=said["graph"],
        tests=said.get("tests", []),
        templates=said.get("templates", []),
        settings=said.get("settings", {}),
    )


def _said(data: Any, texts: dict[str, Any]) -> Any:
    """The same with the words in their places. Raises KeyError for a text that is not there."""
    if isinstance(data, dict):
        return {key: _said(value, texts) for key, value in data.items() if key != "texts"}
    if isinstance(data, list):
        return [_said(item, texts) for item in data]
    if not isinstance(data, str):
        return data
    if data.startswith("@"):
        return texts[data[1:]]
    return _WITHIN.sub(lambda found: str(texts[found[1]]), data)
