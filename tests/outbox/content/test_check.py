"""What a message may say (FR-WA-003; limits of WHATSAPP.md §2): right ones pass, wrong ones are named."""

# ruff: noqa: E501

from typing import Any

import pytest
from django.utils import translation

from api.v1.message_examples import EXAMPLES
from channels_wa.outbox import content

PLAIN_BUTTONS = {
    "type": "buttons",
    "text": "Confirma?",
    "buttons": [{"id": "n1:yes", "title": "Sim"}],
    "footer": "Aurora",
}
PLAIN_LIST = {
    "type": "list",
    "text": "O quê?",
    "button": "Ver",
    "rows": [{"id": "a", "title": "Corte", "description": "1 h"}],
}
NAME = {"formatted_name": "Bia Reis", "first_name": "Bia"}


def fields(kind: str, payload: dict[str, Any], text: str = "") -> list[str]:
    return [problem.field for problem in content.check(kind, text, payload)]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("interactive", PLAIN_BUTTONS),
        ("interactive", PLAIN_LIST),
        ("interactive", EXAMPLES["List"]["interactive"]),
        ("interactive", EXAMPLES["Form inside WhatsApp"]["interactive"]),
        ("image", {"media": "019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d", "caption": ""}),
        ("video", {"id": "1234567890"}),
        ("sticker", {"link": "https://a.example/s.webp"}),
        ("reaction", {"to": "wamid.A", "emoji": ""}),
        ("contacts", {"contacts": [{"name": NAME, "birthday": "1990-05-20"}] * 257}),
        ("template", {"name": "a_1", "language": {"code": "pt_BR"}, "shown": {"footer": "x"}}),
    ],
)  # fmt: skip
def test_fr_wa_003_what_meta_takes_passes(kind: str, payload: dict[str, Any]) -> None:
    assert content.check(kind, "", payload) == []


@pytest.mark.parametrize("emoji", ["👍", "👍🏽", "❤️", "🇧🇷", "👩‍👩‍👧", "1️⃣", "✂"])
def test_an_emoji_is_one(emoji: str) -> None:
    assert fields("reaction", {"to": "wamid.A", "emoji": emoji}) == []


@pytest.mark.parametrize("emoji", ["ok", "1", ":)", "é", "👍 ", "👍" * 33])
def test_words_are_no_reaction(emoji: str) -> None:
    assert fields("reaction", {"to": "wamid.A", "emoji": emoji}) == ["reaction.emoji"]


@pytest.mark.parametrize(
    ("kind", "payload", "field"),
    [
        ("hologram", {}, "type"),
        ("image", {}, "media"),
        ("image", {"link": "https://a.b/c", "id": "1"}, "media"),
        ("image", {"link": "file:///etc/passwd"}, "media.link"),
        ("image", {"media": "../../etc/passwd"}, "media.media"),
        ("document", {"id": "1", "filename": "x" * 241}, "media.filename"),
        ("audio", {"id": "1", "caption": "a"}, "media.caption"),
        ("image", {"id": "1", "caption": "a\0"}, "media.caption"),
        ("document", {"id": "1", "caption": "a\ud83d"}, "media.caption"),
        ("interactive", {**PLAIN_BUTTONS, "footer": "a\0"}, "interactive.footer"),
        ("audio", {"id": "1", "voice": "yes"}, "media.voice"),
        ("location", {"latitude": "x", "longitude": 0}, "location.latitude"),
        ("location", {"latitude": 0}, "location.longitude"),
        ("contacts", {"contacts": [{"name": NAME}] * 258}, "contacts"),
        ("contacts", {"contacts": [{"name": NAME, "urls": [{"url": "javascript:1"}]}]}, "contacts.0.urls.0.url"),
        ("contacts", {"contacts": [{"name": NAME, "birthday": "yesterday"}]}, "contacts.0.birthday"),
        ("reaction", {"to": "gBEGk", "emoji": "👍"}, "reaction.to"),
        ("interactive", {"type": ["button"]}, "interactive.type"),
        ("interactive", {**PLAIN_BUTTONS, "text": "x" * 1025}, "interactive.text"),
        ("interactive", {**PLAIN_BUTTONS, "buttons": [{"id": "a", "title": "x" * 21}]}, "interactive.buttons.0.title"),
        ("interactive", {**PLAIN_BUTTONS, "buttons": [{"id": f"{n}", "title": f"{n}"} for n in range(4)]}, "interactive.buttons"),
        ("interactive", {**PLAIN_LIST, "rows": [{"id": "a", "title": "x" * 25}]}, "interactive.rows.0.title"),
        ("interactive", {**PLAIN_LIST, "rows": [{"id": "a", "title": "b"}] * 2}, "interactive.rows"),
        ("interactive", {**PLAIN_LIST, "button": " "}, "interactive.button"),
        ("template", {"name": "A b", "language": {"code": "pt_BR"}}, "template.name"),
        ("template", {"name": "a", "language": {"code": "pt-br"}}, "template.language.code"),
        ("template", {"name": "a", "language": {"code": "pt"}, "components": [{"type": "tail"}]}, "template.components.0.type"),
        ("template", {"name": "a", "language": {"code": "pt"}, "components": [{"type": "body", "parameters": [{}]}]},
         "template.components.0.parameters.0.type"),
    ],
)  # fmt: skip
def test_what_meta_would_refuse_is_named(kind: str, payload: dict[str, Any], field: str) -> None:
    assert field in fields(kind, payload)


def test_several_sections_need_titles_and_ten_rows_together() -> None:
    rows = [{"id": f"{n}", "title": f"{n}"} for n in range(6)]
    two = [{"title": "A", "rows": rows}, {"rows": [{"id": "x", "title": "x"}]}]
    many = [{"title": "A", "rows": rows}, {"title": "B", "rows": [{**row, "id": f"b{row['id']}"} for row in rows]}]
    for sections in (two, many):
        given = {"type": "list", "body": {"text": "a"}, "action": {"button": "b", "sections": sections}}
        assert fields("interactive", given) == ["interactive.action.sections"]


@pytest.mark.parametrize("text", ["", " \n", "x" * 4097, "a\0b", "a\ud800b"])
def test_a_text_says_something_that_can_be_kept(text: str) -> None:
    assert fields("text", {}, text) == ["text"]


def test_the_reader_reads_their_own_language() -> None:
    with translation.override("pt-br"):
        [problem] = content.check("text", "x" * 4097, {})
    assert problem.text == "Pode ter no máximo 4096 caracteres; tem 4097."


@pytest.mark.parametrize("name", EXAMPLES)
def test_lists_show_words_for_every_kind(name: str) -> None:
    kind = EXAMPLES[name]["type"]
    part = EXAMPLES[name].get(content.part_of(kind))
    if kind in ("text", "template", "reaction"):
        pytest.skip("has its words elsewhere")
    assert part is not None
    shown = content.words_of(kind, {"contacts": part} if kind == "contacts" else part)
    assert isinstance(shown, str) and (shown or kind == "audio")
