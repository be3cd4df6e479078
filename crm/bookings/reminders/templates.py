"""The reminder as a template, for guests whose window is closed: one name, a text per language.

A salon changes its text where all templates are edited. Its variables are filled in this order, or by these names:
1 guest, 2 salon, 3 when, 4 what.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.db import transaction

from channels_wa.message_templates import actions
from channels_wa.message_templates.actions import CannotDo
from channels_wa.message_templates.drafts import Draft
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.message_templates.queries import accounts, named
from channels_wa.message_templates.sending import payload_from_form
from channels_wa.message_templates.shape import Shape, filled
from crm.bookings.reminders import words
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id

NAME: Final = "booking_reminder"
VALUES: Final = ("guest", "salon", "when", "what")
ANSWERS: Final = ("confirm", "reschedule", "cancel")
# Salons whose accounts were looked at in this process: (salon, account).
_looked_at: set[tuple[int, str]] = set()


@dataclass(frozen=True, slots=True)
class Filled:
    """A reminder as a template message."""

    payload: dict[str, Any]
    text: str


class Form:
    """A text that may be sent, and its message but for what each guest's has of its own: made once for a batch."""

    def __init__(self, template: MessageTemplate) -> None:
        self.language = template.language
        self.shape = template.shape
        self.payload = payload_from_form(template, {})
        self.quick = [str(one.place) for one in self.shape.buttons if one.type == "QUICK_REPLY"]

    def fill(self, values: dict[str, str], ids: dict[str, str]) -> Filled:
        """The message: its variables, and what each of its buttons sends back."""
        texts = {name: _one_line(text) for name, text in _named(self.shape, values).items()}
        components = [
            {**part, "parameters": _filled(part["parameters"], texts, self.shape)} if part["type"] == "body" else part
            for part in self.payload["components"]
        ]
        components += [
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": place,
                "parameters": [{"type": "payload", "payload": ids[answer]}],
            }
            for place, answer in zip(self.quick, ANSWERS, strict=False)
        ]
        return Filled({**self.payload, "components": components}, filled(self.shape.body, texts))


def on_booked(events: Sequence[Heard]) -> None:
    """The first booking of a salon: Meta has a day to look at the texts."""
    ensure(accounts())


def ensure(waba_ids: Iterable[str]) -> None:
    """Have the reminder in every language at these accounts. Whoever has one of that name keeps their own."""
    salon = current_salon_id() or 0
    for waba_id in waba_ids:
        if not waba_id or (salon, waba_id) in _looked_at:
            continue
        there = set(MessageTemplate.objects.of_account(waba_id).filter(name=NAME).values_list("language", flat=True))
        for language in words.LANGUAGES:
            if words.table(language)["code"] not in there:
                _make(language, waba_id)
        # What is rolled back is not there: only then it has been looked at.
        transaction.on_commit(partial(_looked_at.add, (salon, waba_id)))


def known(waba_ids: Iterable[str]) -> dict[tuple[str, str], Form]:
    """What may be sent now, by account and language."""
    wanted = set(waba_ids)
    rows = [row for row in named(frozenset({NAME})) if row.is_sendable and row.waba_id in wanted]
    return {(row.waba_id, words.language_of(row.language)): Form(row) for row in rows}


def text_of(form: Form | None, language: str, values: dict[str, str]) -> str:
    """The same words for a guest whose window is open."""
    if form is None:
        numbered = {str(place): values[name] for place, name in enumerate(VALUES, 1)}
        return filled(words.said(language, "template"), numbered)
    return filled(form.shape.body, _named(form.shape, values))


def _named(shape: Shape, values: dict[str, str]) -> dict[str, str]:
    """By the names that the template has for them; a number beyond the fourth, or a name of its own, gets a dash."""
    numbered = {str(place): values[name] for place, name in enumerate(VALUES, 1)}
    return {name: values.get(name) or numbered.get(name) or "–" for name in shape.body_variables}


def _filled(parameters: Sequence[dict[str, str]], texts: Mapping[str, str], shape: Shape) -> list[dict[str, str]]:
    names = shape.body_variables
    return [{**one, "text": texts[name]} for one, name in zip(parameters, names, strict=True)]


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300].rstrip()


def _make(language: str, waba_id: str) -> None:
    texts = words.table(language)
    draft = Draft(
        NAME,
        texts["code"],
        components=[
            {"type": "BODY", "text": texts["template"], "example": {"body_text": [texts["samples"]]}},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": texts[answer]} for answer in ANSWERS]},
        ],
    )
    try:
        actions.submit(actions.create(draft, waba_id=waba_id, by=None), by=None)
    except CannotDo:
        # Somebody else made it at the same moment, or what lint says of it: then people write their own.
        return
