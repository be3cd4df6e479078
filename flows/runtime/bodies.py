"""What the engine says, as messages carry it."""

from collections.abc import Callable
from typing import Any

from channels_wa.message_templates import sending
from channels_wa.message_templates.queries import of_number
from channels_wa.outbox import content
from flows.engine.bodies import Body

Made = tuple[str, str, dict[str, Any]]


def said(body: Body, number_id: int) -> Made:
    """Type, text and payload of a message over this number. Inside the salon."""
    if body["type"] == "text":
        return "text", body["text"], {}
    if body["type"] == "template":
        return _template(body["name"], body["language"], body["values"], number_id)
    make = PAYLOADS.get(body["type"])
    if make is not None:
        return make(dict(body))
    return "interactive", body["text"], dict(body)


def _media(body: dict[str, Any]) -> Made:
    payload: dict[str, Any] = {name: body[name] for name in ("link", "caption", "filename") if name in body}
    if "file" in body:
        payload["media"] = body["file"]
    return body["media"], content.words_of(body["media"], payload), payload


def _location(body: dict[str, Any]) -> Made:
    payload: dict[str, Any] = {
        name: body[name] for name in ("latitude", "longitude", "name", "address") if name in body
    }
    return "location", content.words_of("location", payload), payload


def _contact(body: dict[str, Any]) -> Made:
    card: dict[str, Any] = {
        "name": {"formatted_name": body["name"], "first_name": body["name"].split(" ", 1)[0]},
        # With `wa_id` the guest can write to it by one tap.
        "phones": [{"phone": body["phone"], "wa_id": body["phone"].removeprefix("+"), "type": "WORK"}],
    }
    if "email" in body:
        card["emails"] = [{"email": body["email"], "type": "WORK"}]
    if "company" in body:
        card["org"] = {"company": body["company"]}
    return "contacts", body["name"], {"contacts": [card]}


def _link(body: dict[str, Any]) -> Made:
    parameters = {"display_text": body["title"], "url": body["url"]}
    payload: dict[str, Any] = {
        "type": "cta_url",
        "body": {"text": body["text"]},
        "action": {"name": "cta_url", "parameters": parameters},
    }
    if "footer" in body:
        payload["footer"] = {"text": body["footer"]}
    return "interactive", body["text"], payload


def _reaction(body: dict[str, Any]) -> Made:
    return "reaction", body["text"], {"to": body["to"], "emoji": body["text"]}


PAYLOADS: dict[str, Callable[[dict[str, Any]], Made]] = {
    "media": _media,
    "location": _location,
    "contact": _contact,
    "cta_url": _link,
    "reaction": _reaction,
}


def _template(name: str, language: str, values: dict[str, str], number_id: int) -> Made:
    template = of_number(number_id, name, language)
    if template is None:
        # Unknown here: it is written all the same, and what Meta says of it stands on the message.
        return "template", name, {"name": name, "language": {"code": language}, "components": []}
    # WhatsApp takes values of one line only.
    form = {f"parameter.{place}": " ".join(value.split()) for place, value in values.items()}
    payload = sending.payload_from_form(template, form)
    return "template", sending.words_of(number_id, payload), payload
