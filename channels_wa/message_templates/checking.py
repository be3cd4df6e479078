"""Does a message fit its template? Asked before Meta is (error codes 132000, 132005, 132012, 132015, 132018)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels_wa.message_templates.models import MessageTemplate, Status
from channels_wa.message_templates.shape import Button, Shape, filled
from channels_wa.messages.problems import Problem

# Meta: no line break, no tab, no more than four blanks in a row (132018).
_FORBIDDEN = re.compile(r"[\n\r\t]| {5,}")
LONGEST_BODY, LONGEST_BODY_ALONE = 1024, 32_768
LONGEST_CODE = 20
LONGEST_HEADER = 60
TEXT_KINDS = {"text", "currency", "date_time"}
Parameter = Mapping[str, Any]


def check(template: MessageTemplate | None, payload: Mapping[str, Any]) -> list[Problem]:
    """Each problem with the path of its field, `template` first."""
    language = payload.get("language")
    code = language.get("code") if isinstance(language, Mapping) else None
    if not isinstance(payload.get("name"), str) or not payload["name"]:
        return [Problem("template.name", _("Name the template."))]
    if not isinstance(code, str) or not code:
        return [Problem("template.language.code", _("Name the language, e.g. pt_BR."))]
    if template is None:
        words = _("This number has no template %(name)s in %(language)s.")
        return [Problem("template.name", words % {"name": payload["name"], "language": code})]
    if not template.is_sendable:
        return [Problem("template.name", not_sendable(template))]
    components = payload.get("components", [])
    if not isinstance(components, list) or not all(isinstance(one, Mapping) for one in components):
        return [Problem("template.components", _("Must be a list of objects."))]
    return list(_problems(template.shape, components))


def not_sendable(template: MessageTemplate) -> str:
    """Why this template may not be sent now."""
    if template.status == Status.PAUSED:
        return _("WhatsApp has paused this template, because guests did not like it. Choose another one.")
    if template.status in (Status.DRAFT, Status.PENDING, Status.IN_APPEAL):
        return _("WhatsApp has not approved this template yet.")
    if template.status == Status.REJECTED:
        return _("WhatsApp has rejected this template. Change it and submit it again.")
    return _("This template cannot be used any more. Choose another one.")


def _problems(shape: Shape, components: list[Mapping[str, Any]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for place, one in enumerate(components):
        path, kind = f"template.components.{place}", str(one.get("type", "")).lower()
        parameters = one.get("parameters", [])
        if not isinstance(parameters, list) or not all(isinstance(given, Mapping) for given in parameters):
            yield Problem(f"{path}.parameters", _("Must be a list of objects."))
            continue
        if kind == "header":
            seen.add(kind)
            yield from _header(shape, parameters, path)
        elif kind == "body":
            seen.add(kind)
            yield from _texts(shape.body_variables, parameters, path, named=shape.named)
            yield from _length(shape, parameters, path)
        elif kind == "button":
            seen.add(f"button {one.get('index')}")
            yield from _button(shape, one, parameters, path)
        elif kind.upper() not in shape.others:
            yield Problem(f"{path}.type", _("This template has no such part."))
    yield from _left_out(shape, seen)


def _left_out(shape: Shape, seen: set[str]) -> Iterator[Problem]:
    """Parts that the message must bring and does not."""
    if "header" not in seen and (shape.header_variables or shape.has_media or shape.header_format == "LOCATION"):
        yield Problem("template.components", _header_wanted(shape))
    if "body" not in seen and shape.body_variables:
        yield Problem("template.components", _count(len(shape.body_variables), 0))
    for button in shape.buttons:
        if button.needs_value and f"button {button.place}" not in seen:
            words = _("The button “%(text)s” needs a value.")
            yield Problem("template.components", words % {"text": button.text})


def _header(shape: Shape, parameters: list[Parameter], path: str) -> Iterator[Problem]:
    if shape.header_variables:
        yield from _texts(shape.header_variables, parameters, path, named=shape.named, most=LONGEST_HEADER)
        return
    kind = shape.header_format.lower()
    if kind in ("", "text"):
        if parameters:
            yield Problem(f"{path}.parameters", _("The header of this template takes no value."))
        return
    if len(parameters) != 1 or parameters[0].get("type") != kind:
        yield Problem(f"{path}.parameters", _header_wanted(shape))
        return
    source = parameters[0].get(kind)
    if not isinstance(source, Mapping):
        yield Problem(f"{path}.parameters.0.{kind}", _header_wanted(shape))
    elif kind == "location":
        yield from _location(source, f"{path}.parameters.0.location")
    elif not any(isinstance(source.get(name), str) and source[name] for name in ("id", "link", "media")):
        yield Problem(f"{path}.parameters.0.{kind}", _header_wanted(shape))


def _location(source: Parameter, path: str) -> Iterator[Problem]:
    for name, most in (("latitude", 90), ("longitude", 180)):
        try:
            fits = abs(float(source.get(name, ""))) <= most
        except (TypeError, ValueError):
            fits = False
        if not fits:
            yield Problem(f"{path}.{name}", _("Must be a number between -%(most)d and %(most)d.") % {"most": most})


def _texts(
    names: list[str], parameters: list[Parameter], path: str, *, named: bool, most: int = LONGEST_BODY
) -> Iterator[Problem]:
    if len(parameters) != len(names):
        yield Problem(f"{path}.parameters", _count(len(names), len(parameters)))
        return
    if named and {str(one.get("parameter_name", "")) for one in parameters} != set(names):
        words = _("The values must be named %(names)s.")
        yield Problem(f"{path}.parameters", words % {"names": ", ".join(names)})
        return
    for place, one in enumerate(parameters):
        kind = one.get("type", "text")
        field = f"{path}.parameters.{place}"
        if kind not in TEXT_KINDS:
            yield Problem(f"{field}.type", _("Must be text, currency or date_time."))
        elif problem := _in_text(_said(one), most):
            yield Problem(f"{field}.text" if kind == "text" else field, problem)


def _in_text(text: str, most: int) -> str:
    if not text.strip():
        return _("Write a value; WhatsApp takes no empty one.")
    if _FORBIDDEN.search(text):
        return _("WhatsApp takes no line break, no tab and no more than four blanks in a row here.")
    if len(text) > most:
        return _("Must have at most %(most)d characters; it has %(length)d.") % {"most": most, "length": len(text)}
    return ""


def _length(shape: Shape, parameters: list[Parameter], path: str) -> Iterator[Problem]:
    names = shape.body_variables
    if len(parameters) != len(names):
        return
    values = {str(one.get("parameter_name") or name): _said(one) for name, one in zip(names, parameters, strict=True)}
    most = LONGEST_BODY if shape.header_format or shape.footer or shape.buttons else LONGEST_BODY_ALONE
    # A variable may stand there several times, but hardly in what is far from long.
    if (len(shape.body) + sum(map(len, values.values()))) * 4 < most:
        return
    if (length := len(filled(shape.body, values))) > most:
        words = _("The message must have at most %(most)d characters; with these values it has %(length)d.")
        yield Problem(f"{path}.parameters", words % {"most": most, "length": length})


def _button(shape: Shape, given: Parameter, parameters: list[Parameter], path: str) -> Iterator[Problem]:
    button = _button_at(shape, given.get("index"))
    if button is None:
        yield Problem(f"{path}.index", _("This template has no such button."))
        return
    sub_type = str(given.get("sub_type", "")).lower()
    if sub_type and sub_type not in (button.sub_type, button.type.lower()):
        yield Problem(f"{path}.sub_type", _("Must be %(wanted)s.") % {"wanted": button.sub_type})
    elif button.needs_value:
        key = "coupon_code" if button.type == "COPY_CODE" else "text"
        value = str(parameters[0].get(key) or "") if len(parameters) == 1 else ""
        most = LONGEST_CODE if button.type == "COPY_CODE" else 2000
        if problem := _in_text(value, most):
            yield Problem(f"{path}.parameters.0.{key}", problem)
    elif parameters and button.type not in ("QUICK_REPLY", "FLOW", "CATALOG", "MPM", "VOICE_CALL"):
        yield Problem(f"{path}.parameters", _("This button takes no value."))


def _button_at(shape: Shape, index: object) -> Button | None:
    try:
        place = int(str(index))
    except ValueError:
        return None
    return next((one for one in shape.buttons if one.place == place), None)


def _said(parameter: Parameter) -> str:
    kind = str(parameter.get("type", "text"))
    value = parameter.get(kind)
    return str(value.get("fallback_value") or "") if isinstance(value, Mapping) else str(value or "")


def _count(wanted: int, given: int) -> str:
    words = ngettext(
        "This template needs %(wanted)d value, and there are %(given)d.",
        "This template needs %(wanted)d values, and there are %(given)d.",
        wanted,
    )
    return words % {"wanted": wanted, "given": given}


def _header_wanted(shape: Shape) -> str:
    return {
        "IMAGE": _("This template needs an image in its header."),
        "VIDEO": _("This template needs a video in its header."),
        "DOCUMENT": _("This template needs a document in its header."),
        "LOCATION": _("This template needs a place in its header."),
    }.get(shape.header_format, _("This template needs a value in its header."))
