"""The reminder as a template, for guests whose window is closed: one name, a text per language.

A salon changes its text where all templates are edited. Its variables are filled in this order, or by these names:
1 guest, 2 salon, 3 when, 4 what.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from channels_wa.message_templates import actions
from channels_wa.message_templates.actions import CannotDo
from channels_wa.message_templates.drafts import Draft
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.message_templates.queries import accounts
from channels_wa.message_templates.sending import payload_from_form
from channels_wa.message_templates.shape import Shape, filled, shape_of
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
        _looked_at.add((salon, waba_id))


def known(waba_ids: Iterable[str]) -> dict[tuple[str, str], MessageTemplate]:
    """What may be sent now, by account and language."""
    rows = MessageTemplate.objects.sendable().filter(waba_id__in=set(waba_ids), name=NAME).order_by("pk")
    return {(row.waba_id, words.language_of(row.language)): row for row in rows}


def fill(template: MessageTemplate, values: dict[str, str], ids: dict[str, str]) -> Filled:
    """The message: its variables, and what each of its buttons sends back."""
    shape = shape_of(template.components, template.parameter_format)
    form = {f"parameter.body.{name}": _one_line(text) for name, text in _named(shape, values).items()}
    payload = payload_from_form(template, form)
    quick = [button for button in shape.buttons if button.type == "QUICK_REPLY"]
    payload["components"] += [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(button.place),
            "parameters": [{"type": "payload", "payload": ids[answer]}],
        }
        for button, answer in zip(quick, ANSWERS, strict=False)
    ]
    return Filled(payload, filled(shape.body, {name: _one_line(text) for name, text in _named(shape, values).items()}))


def text_of(template: MessageTemplate | None, language: str, values: dict[str, str]) -> str:
    """The same words for a guest whose window is open."""
    if template is None:
        numbered = {str(place): values[name] for place, name in enumerate(VALUES, 1)}
        return filled(words.said(language, "template"), numbered)
    shape = shape_of(template.components, template.parameter_format)
    return filled(shape.body, _named(shape, values))


def _named(shape: Shape, values: dict[str, str]) -> dict[str, str]:
    """By the names that the template has for them; a number beyond the fourth, or a name of its own, gets a dash."""
    numbered = {str(place): values[name] for place, name in enumerate(VALUES, 1)}
    return {name: values.get(name) or numbered.get(name) or "–" for name in shape.body_variables}


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


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
