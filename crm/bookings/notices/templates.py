"""Notices as templates: one name each, a text per language, made where it is first needed. As reminders.templates; a
salon changes the texts where all templates are edited, and each variable is filled by its number."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from channels_wa.message_templates import actions
from channels_wa.message_templates.actions import CannotDo
from channels_wa.message_templates.drafts import Draft
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.message_templates.sending import payload_from_form
from channels_wa.message_templates.shape import Shape, filled
from crm.bookings.reminders import words
from ops.salon import current_salon_id

_FILE: Final = Path(__file__).with_name("words.json")
LONGEST_VALUE: Final = 300
# What was looked at in this process: (salon, account, name).
_looked_at: set[tuple[int, str, str]] = set()


@cache
def texts(language: str) -> dict[str, Any]:
    """All notices of a language."""
    found: dict[str, Any] = json.loads(_FILE.read_text())[language]
    return found


def ensure(name: str, waba_ids: Iterable[str]) -> None:
    """Have the notice in every language at these accounts. Whoever has one of that name keeps their own."""
    salon = current_salon_id() or 0
    for waba_id in waba_ids:
        if not waba_id or (salon, waba_id, name) in _looked_at:
            continue
        there = set(MessageTemplate.objects.of_account(waba_id).filter(name=name).values_list("language", flat=True))
        for language in words.LANGUAGES:
            if texts(language)["code"] not in there:
                _make(name, language, waba_id)
        # What is rolled back is not there: only then it has been looked at.
        transaction.on_commit(partial(_looked_at.add, (salon, waba_id, name)))


def known(name: str, waba_ids: Iterable[str]) -> dict[tuple[str, str], MessageTemplate]:
    """What may be sent now, by account and language."""
    rows = MessageTemplate.objects.sendable().filter(waba_id__in=set(waba_ids), name=name).order_by("pk")
    return {(row.waba_id, words.language_of(row.language)): row for row in rows}


def fill(template: MessageTemplate, values: Sequence[str], ids: Sequence[str]) -> tuple[dict[str, Any], str]:
    """The message's payload and its words; `ids` are what its buttons send back, in their order."""
    shape = template.shape
    named = _named(shape, values)
    payload = payload_from_form(template, {f"parameter.body.{name}": text for name, text in named.items()})
    quick = [button for button in shape.buttons if button.type == "QUICK_REPLY"]
    payload["components"] += [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(button.place),
            "parameters": [{"type": "payload", "payload": pk}],
        }
        for button, pk in zip(quick, ids, strict=False)
    ]
    return payload, filled(shape.body, named)


def text_of(name: str, template: MessageTemplate | None, language: str, values: Sequence[str]) -> str:
    """The same words for a guest whose window is open."""
    if template is None:
        numbered = {str(place): _one_line(text) for place, text in enumerate(values, 1)}
        return filled(texts(language)[name]["text"], numbered)
    shape = template.shape
    return filled(shape.body, _named(shape, values))


def titles(name: str, language: str) -> list[str]:
    """What stands on its buttons."""
    return list(texts(language)[name]["buttons"])


def buttons_of(notice: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The component with its buttons, if it has any."""
    replies = [{"type": "QUICK_REPLY", "text": title} for title in notice["buttons"]]
    return [{"type": "BUTTONS", "buttons": replies}] if replies else []


def _named(shape: Shape, values: Sequence[str]) -> Mapping[str, str]:
    """By the names that the template has for them; what it has beyond them gets a dash."""
    numbered = {str(place): text for place, text in enumerate(values, 1)}
    return {name: _one_line(numbered.get(name) or "–") for name in shape.body_variables}


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_VALUE]


def _make(name: str, language: str, waba_id: str) -> None:
    notice = texts(language)[name]
    components: list[dict[str, Any]] = [
        {"type": "BODY", "text": notice["text"], "example": {"body_text": [notice["samples"]]}}
    ]
    components += buttons_of(notice)
    draft = Draft(name, texts(language)["code"], components=components)
    try:
        actions.submit(actions.create(draft, waba_id=waba_id, by=None), by=None)
    except CannotDo:
        # Somebody else made it at the same moment, or what lint says of it: then people write their own.
        return
