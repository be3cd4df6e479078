"""What the engine says, as messages carry it."""

from typing import Any

from channels_wa.message_templates import sending
from channels_wa.message_templates.queries import of_number
from flows.engine.bodies import Body


def said(body: Body, number_id: int) -> tuple[str, str, dict[str, Any]]:
    """Type, text and payload of a message over this number. Inside the salon."""
    if body["type"] == "text":
        return "text", body["text"], {}
    if body["type"] == "template":
        return _template(body["name"], body["language"], body["values"], number_id)
    return "interactive", body["text"], dict(body)


def _template(name: str, language: str, values: dict[str, str], number_id: int) -> tuple[str, str, dict[str, Any]]:
    template = of_number(number_id, name, language)
    if template is None:
        # Unknown here: it is written all the same, and what Meta says of it stands on the message.
        return "template", name, {"name": name, "language": {"code": language}, "components": []}
    # WhatsApp takes values of one line only.
    form = {f"parameter.{place}": " ".join(value.split()) for place, value in values.items()}
    payload = sending.payload_from_form(template, form)
    return "template", sending.words_of(number_id, payload), payload
