"""What a guest can tap: one file for each kind, by the `type` of the payload."""

from channels_wa.outbox.content.interactive.buttons import Buttons, PlainButtons
from channels_wa.outbox.content.interactive.cta_url import CtaUrl
from channels_wa.outbox.content.interactive.form import Form
from channels_wa.outbox.content.interactive.list import List, PlainList
from channels_wa.outbox.content.interactive.location_request import LocationRequest
from channels_wa.outbox.content.part import Part

# In the Cloud API's own form.
MODELS: dict[str, type[Part]] = {
    "button": Buttons, "list": List, "cta_url": CtaUrl, "flow": Form, "location_request_message": LocationRequest,
}  # fmt: skip
# As flows write them.
PLAIN: dict[str, type[Part]] = {"buttons": PlainButtons, "list": PlainList}


def model_of(payload: dict[str, object]) -> type[Part] | None:
    """The model for a payload; None for a kind that nobody knows."""
    kind = payload.get("type")
    if not isinstance(kind, str):
        return None
    is_plain = kind == "buttons" or (kind == "list" and ("rows" in payload or "text" in payload))
    return (PLAIN if is_plain else MODELS).get(kind)
