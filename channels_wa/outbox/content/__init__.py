"""What a message may say, in one place for API, composer and whoever else writes: a model for each kind.

Limits of WHATSAPP.md §2 and §3. A problem names its field as a path into the message: `text`, `media.caption`,
`interactive.action.buttons.0.reply.title`.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from channels_wa.media import sending as files
from channels_wa.message_templates import sending as templates
from channels_wa.messages.problems import Problem
from channels_wa.outbox.content import interactive, media
from channels_wa.outbox.content.contacts import Contacts
from channels_wa.outbox.content.location import Location
from channels_wa.outbox.content.part import Part, problems_in
from channels_wa.outbox.content.reaction import Reaction
from channels_wa.outbox.content.template import Template
from channels_wa.outbox.content.text import Text

# The model of each type whose payload has one form only.
MODELS: dict[str, type[Part]] = {**media.MODELS, "location": Location, "reaction": Reaction, "template": Template}
TYPES = ("text", *media.MODELS, "location", "contacts", "reaction", "interactive", "template")


def check(kind: str, text: str, payload: Mapping[str, Any], *, number_id: int | None = None) -> list[Problem]:
    """What is wrong with a message, empty where it may be sent. Inside a salon.

    With a number also what only the salon's own rows know: its templates and files.
    """
    if kind == "text":
        return problems_in(Text, {"text": text}, "")
    if kind == "interactive":
        return _of_interactive(payload)
    if kind == "contacts":
        # The list is the payload's only part; naming it twice would help nobody.
        return problems_in(Contacts, payload, "")
    model = MODELS.get(kind)
    if model is None:
        return [Problem("type", _("Must be one of: %(words)s.") % {"words": ", ".join(TYPES)})]
    return problems_in(model, payload, part_of(kind)) or _of_our_own(kind, payload, number_id)


def part_of(kind: str) -> str:
    """The name under which a message of this type says what it says: `media` for files, else the type."""
    return "media" if kind in media.KINDS else kind


def words_of(kind: str, payload: Mapping[str, Any]) -> str:
    """The text of a message that is no plain text: what lists and searches show of a payload that was checked."""
    if kind in media.KINDS:
        return str(payload.get("caption") or payload.get("filename") or "")
    if kind == "location":
        return str(payload.get("name") or payload.get("address") or f"{payload['latitude']}, {payload['longitude']}")
    if kind == "contacts":
        return ", ".join(str(card["name"]["formatted_name"]) for card in payload["contacts"])
    if kind == "reaction":
        return str(payload["emoji"])
    if kind == "interactive":
        return str(payload["text"] if "text" in payload else payload["body"]["text"])
    return ""


def _of_interactive(payload: Mapping[str, Any]) -> list[Problem]:
    model = interactive.model_of(dict(payload))
    if model is None:
        known = ", ".join(interactive.MODELS)
        return [Problem("interactive.type", _("Must be one of: %(words)s.") % {"words": known})]
    return problems_in(model, payload, "interactive")


def _of_our_own(kind: str, payload: Mapping[str, Any], number_id: int | None) -> list[Problem]:
    if kind == "template" and number_id is not None:
        return templates.problems_of(number_id, payload)
    if kind in media.KINDS and number_id is not None and "id" not in payload:
        return files.problems_of(kind, payload)
    return []
