"""A template as a message: what it says, what is wrong with it, and how a form makes one.

The payload is Meta's own: {"name", "language": {"code"}, "components": [...]}. Media of ours stands in it as
{"type": "image", "image": {"media": "<public id>"}}; `shown` holds what the bubble shows beside the text.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from channels_wa.media.kinds import LIMITS
from channels_wa.media.sending import problems_of as problems_of_media
from channels_wa.message_templates.checking import check
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.message_templates.queries import of_number
from channels_wa.message_templates.shape import JSON, Shape, filled
from channels_wa.messages.problems import Problem

SHOWN = "shown"


def problems_of(number_id: int, payload: Mapping[str, Any]) -> list[Problem]:
    """What Meta would refuse in this message, each with its field below `template`; empty when it can be sent."""
    return check(_template(number_id, payload), payload) or _problems_of_files(payload)


def _problems_of_files(payload: Mapping[str, Any]) -> list[Problem]:
    found = []
    for place, one in enumerate(_components(payload)):
        parameter = one.get("parameters", [None])[0] if _kind(one) == "header" and one.get("parameters") else {}
        kind = str(parameter.get("type", ""))
        source = parameter.get(kind)
        if kind in LIMITS and isinstance(source, Mapping) and not source.get("id"):
            path = f"template.components.{place}.parameters.0.{kind}"
            found += [Problem(path, problem.text) for problem in problems_of_media(kind, source)]
    return found


def words_of(number_id: int, payload: Mapping[str, Any]) -> str:
    """The body as the guest reads it; the template's name where we do not know it."""
    template = _template(number_id, payload)
    if template is None:
        return str(payload.get("name", ""))
    shape = template.shape
    return filled(shape.body, values_in(payload, "body", shape.body_variables))


def shown_of(number_id: int, payload: Mapping[str, Any]) -> JSON:
    """Header, footer and buttons as the bubble shows them; empty where the template is not known."""
    template = _template(number_id, payload)
    return _shown(template, payload) if template else {}


def payload_from_form(template: MessageTemplate, data: Mapping[str, Any]) -> JSON:
    """The message that a form asks for. Its fields: `parameter.body.<variable>`, `parameter.header.<variable>`,
    `parameter.header.media` (our public id) or `.link`, `.filename`, `.latitude`, `.longitude`, `.name`, `.address`,
    and `parameter.button.<index>`. What is missing stays empty, for `problems_of` to name.
    """
    shape = template.shape
    components: list[JSON] = []
    if header := _header(shape, data):
        components.append({"type": "header", "parameters": header})
    if shape.body_variables:
        components.append({"type": "body", "parameters": _texts(shape, "body", shape.body_variables, data)})
    for button in shape.buttons:
        if button.needs_value:
            value = _value(data, f"button.{button.place}")
            components.append(
                {
                    "type": "button",
                    "sub_type": button.sub_type,
                    "index": str(button.place),
                    "parameters": [
                        {"type": "coupon_code", "coupon_code": value}
                        if button.type == "COPY_CODE"
                        else {"type": "text", "text": value}
                    ],
                }
            )
    payload: JSON = {"name": template.name, "language": {"code": template.language}, "components": components}
    return {**payload, SHOWN: _shown(template, payload)}


def field_of(template: MessageTemplate, payload: Mapping[str, Any], path: str) -> str:
    """The form's field that a problem's path is about; empty when it is about none of them."""
    parts = path.split(".")
    if parts[:2] != ["template", "components"] or len(parts) < 3 or not parts[2].isdecimal():
        return ""
    components = payload.get("components")
    component = components[int(parts[2])] if isinstance(components, list) and int(parts[2]) < len(components) else {}
    kind = str(component.get("type", ""))
    if kind == "button":
        return f"parameter.button.{component.get('index')}"
    shape = template.shape
    if kind == "header" and shape.has_media:
        return "parameter.header.media"
    names = shape.body_variables if kind == "body" else shape.header_variables
    place = int(parts[4]) if len(parts) > 4 and parts[4].isdecimal() else 0
    return f"parameter.{kind}.{names[place]}" if place < len(names) else ""


def _template(number_id: int, payload: Mapping[str, Any]) -> MessageTemplate | None:
    language = payload.get("language")
    code = language.get("code") if isinstance(language, Mapping) else ""
    name = payload.get("name")
    return of_number(number_id, name, code) if isinstance(name, str) and isinstance(code, str) else None


def _header(shape: Shape, data: Mapping[str, Any]) -> list[JSON]:
    if shape.header_variables:
        return _texts(shape, "header", shape.header_variables, data)
    if shape.header_format == "LOCATION":
        place: JSON = {name: _value(data, f"header.{name}") for name in ("latitude", "longitude", "name", "address")}
        return [{"type": "location", "location": {name: value for name, value in place.items() if value}}]
    if not shape.has_media:
        return []
    kind = shape.header_format.lower()
    source: JSON = {}
    if media := _value(data, "header.media"):
        source["media"] = media
    elif link := _value(data, "header.link"):
        source["link"] = link
    if kind == "document" and (filename := _value(data, "header.filename")):
        source["filename"] = filename
    return [{"type": kind, kind: source}]


def _texts(shape: Shape, part: str, names: Sequence[str], data: Mapping[str, Any]) -> list[JSON]:
    return [
        {"type": "text", **({"parameter_name": name} if shape.named else {}), "text": _value(data, f"{part}.{name}")}
        for name in names
    ]


def _value(data: Mapping[str, Any], name: str) -> str:
    return str(data.get(f"parameter.{name}") or "").strip()


def values_in(payload: Mapping[str, Any], part: str, names: Sequence[str]) -> dict[str, str]:
    """What the message fills in, by the variable's name."""
    parameters = next((one.get("parameters") for one in _components(payload) if _kind(one) == part), None)
    found: dict[str, str] = {}
    for place, one in enumerate(parameters if isinstance(parameters, list) else []):
        if isinstance(one, Mapping):
            name = str(one.get("parameter_name") or (names[place] if place < len(names) else ""))
            found[name] = _said(one)
    return found


def _said(parameter: Mapping[str, Any]) -> str:
    kind = str(parameter.get("type", "text"))
    value = parameter.get(kind)
    return str(value.get("fallback_value", "")) if isinstance(value, Mapping) else str(value or "")


def _shown(template: MessageTemplate, payload: Mapping[str, Any]) -> JSON:
    shape = template.shape
    shown: JSON = {}
    if shape.header_format == "TEXT":
        text = filled(shape.header_text, values_in(payload, "header", shape.header_variables))
        shown["header"] = {"type": "text", "text": text}
    elif shape.header_format:
        shown["header"] = {"type": shape.header_format.lower(), **_header_source(payload)}
    if shape.footer:
        shown["footer"] = shape.footer
    if shape.buttons:
        shown["buttons"] = [{"type": one.type, "title": one.text} for one in shape.buttons]
    return shown


def _header_source(payload: Mapping[str, Any]) -> JSON:
    """Where the header's file lies, as far as a page of ours can show it; a place's name."""
    for one in _components(payload):
        parameters = one.get("parameters")
        if _kind(one) != "header" or not isinstance(parameters, list) or not parameters:
            continue
        kind = str(parameters[0].get("type")) if isinstance(parameters[0], Mapping) else ""
        source = parameters[0].get(kind) if kind else None
        if isinstance(source, Mapping):
            # Not under the key `media`, which Meta's id is put in the place of right before the call.
            known = {"file": source.get("media"), "name": source.get("filename") or source.get("name")}
            return {name: str(value) for name, value in known.items() if value}
    return {}


def media_in(payload: Mapping[str, Any]) -> list[UUID]:
    """The public ids of the media that stand in the message."""
    found = []
    for one in _components(payload):
        for parameter in one.get("parameters") or []:
            kind = parameter.get("type") if isinstance(parameter, Mapping) else None
            source = parameter.get(kind) if isinstance(kind, str) else None
            if isinstance(source, Mapping) and source.get("media"):
                try:
                    found.append(UUID(str(source["media"])))
                except ValueError:
                    continue
    return found


def _components(payload: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = payload.get("components")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _kind(component: Mapping[str, Any]) -> str:
    return str(component.get("type", "")).lower()
