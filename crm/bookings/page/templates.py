"""The code and the confirmation as templates, for guests whose window is closed: they have never written, mostly.

Meta keeps the category of log-in codes for texts that it writes itself; here a visit is confirmed, and the code is one
of three ways to do it, so these are templates of the service kind. A salon may change their texts where all are edited.
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
from channels_wa.message_templates.queries import accounts
from channels_wa.message_templates.sending import payload_from_form
from channels_wa.message_templates.shape import filled
from crm.bookings.defaults import policy
from crm.bookings.page import words
from crm.bookings.reminders.words import LANGUAGES, language_of
from crm.bookings.reminders.words import table as languages
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id

CODE, MADE = "code", "made"
NAMES: Final = {CODE: "booking_code", MADE: "booking_made"}
# In this order, or by these names.
VALUES: Final = {CODE: ("guest", "salon", "when", "what", "code"), MADE: ("guest", "salon", "when", "what", "link")}
BUTTONS: Final = ("yes", "no")
# Salons whose accounts were looked at in this process: (salon, account).
_looked_at: set[tuple[int, str]] = set()


@dataclass(frozen=True, slots=True)
class Filled:
    """A message: Meta's payload, and the words that it says."""

    payload: dict[str, Any]
    text: str


def on_connected(events: Sequence[Heard]) -> None:
    """A salon has a number: Meta has time to look at the texts before the first guest comes."""
    if policy().is_page_open:
        ensure(accounts())


def ensure(waba_ids: Iterable[str]) -> None:
    """Have both in every language at these accounts. Whoever has one of that name keeps their own."""
    salon = current_salon_id() or 0
    for waba_id in waba_ids:
        if not waba_id or (salon, waba_id) in _looked_at:
            continue
        rows = MessageTemplate.objects.of_account(waba_id).filter(name__in=NAMES.values())
        there = set(rows.values_list("name", "language"))
        for which, name in NAMES.items():
            for language in LANGUAGES:
                if (name, languages(language)["code"]) not in there:
                    _make(which, language, waba_id)
        # What is rolled back is not there: only then it has been looked at.
        transaction.on_commit(partial(_looked_at.add, (salon, waba_id)))


def known(which: str, waba_id: str, language: str) -> MessageTemplate | None:
    """What may be sent now: in this language, else in any."""
    rows = MessageTemplate.objects.sendable().filter(waba_id=waba_id, name=NAMES[which]).order_by("pk")
    found = {language_of(row.language): row for row in rows}
    return next((found[one] for one in (language, *LANGUAGES) if one in found), None)


def fill(template: MessageTemplate, which: str, values: Mapping[str, str], ids: Mapping[str, str]) -> Filled:
    """The message: its variables, and what its buttons send back."""
    shape = template.shape
    numbered = {str(place): values[name] for place, name in enumerate(VALUES[which], 1)}
    named = {name: _one_line(values.get(name) or numbered.get(name) or "–") for name in shape.body_variables}
    payload = payload_from_form(template, {f"parameter.body.{name}": text for name, text in named.items()})
    quick = [button for button in shape.buttons if button.type == "QUICK_REPLY"]
    payload["components"] += [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(button.place),
            "parameters": [{"type": "payload", "payload": ids[answer]}],
        }
        for button, answer in zip(quick, ids, strict=False)
    ]
    return Filled(payload, filled(shape.body, named))


def text_of(which: str, language: str, values: Mapping[str, str]) -> str:
    """The same words for a guest whose window is open."""
    return filled(
        words.said(language, which), {str(place): values[name] for place, name in enumerate(VALUES[which], 1)}
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


def _make(which: str, language: str, waba_id: str) -> None:
    texts = words.table(language)
    buttons = [{"type": "QUICK_REPLY", "text": texts[one]} for one in BUTTONS]
    draft = Draft(
        NAMES[which],
        languages(language)["code"],
        components=[
            {"type": "BODY", "text": texts[which], "example": {"body_text": [texts[f"{which}_samples"]]}},
            *([{"type": "BUTTONS", "buttons": buttons}] if which == CODE else []),
        ],
    )
    try:
        actions.submit(actions.create(draft, waba_id=waba_id, by=None), by=None)
    except CannotDo:
        # Somebody else made it at the same moment, or lint has something to say: then guests write first, as always.
        return
