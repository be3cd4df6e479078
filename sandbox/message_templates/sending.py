"""A template message: whether Meta would send it, and how the guest sees it (WHATSAPP.md §7)."""

from sandbox.asgi import JSON
from sandbox.graph.errors import GraphError
from sandbox.graph.fields import invalid
from sandbox.message_templates.template import MEDIA_FORMATS, PLACEHOLDER, Template, variables

BODY_MAX, HEADER_MAX = 1024, 60
_STATES = {"PAUSED": 132015, "DISABLED": 132016}
_FIXED = {"currency": ("fallback_value", "code", "amount_1000"), "date_time": ("fallback_value",)}


def _parameters(component: JSON) -> list[JSON]:
    found = component.get("parameters") or []
    if not isinstance(found, list) or not all(isinstance(parameter, dict) for parameter in found):
        raise GraphError(132012, "parameters must be a list of objects.")
    return found


def _component(message: JSON, kind: str) -> JSON:
    found = [one for one in message.get("components") or () if str(one.get("type", "")).lower() == kind]
    if len(found) > 1:
        raise GraphError(132012, f"The component {kind} comes twice.")
    return found[0] if found else {}


def _value(where: str, parameter: JSON) -> str:
    """What one parameter puts into a text."""
    kind = parameter.get("type")
    if kind == "text":
        text = parameter.get("text")
        if not isinstance(text, str) or not text:
            raise GraphError(131008, f"Required parameter is missing: {where} parameter text.")
        if "\n" in text or "\t" in text or "    " in text:
            why = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
            raise GraphError(132018, f"{where}: {why}.")
        return text
    if kind in _FIXED:
        held = parameter.get(str(kind))
        missing = [name for name in _FIXED[str(kind)] if not isinstance(held, dict) or name not in held]
        if missing or not isinstance(held, dict):
            raise GraphError(132012, f"{where}: {kind} needs {', '.join(missing)}.")
        return str(held["fallback_value"])
    raise GraphError(132012, f"{where}: Format mismatch, expected TEXT, received {str(kind).upper()}.")


def _fill(where: str, text: str, component: JSON, template: Template) -> str:
    """A text with its parameters; raises for a wrong number of them."""
    names, given = variables(text), _parameters(component)
    if len(names) != len(given):
        why = f"number of localizable_params ({len(given)}) does not match the expected number of params ({len(names)})"
        raise GraphError(132000, f"{where}: {why}")
    values = [_value(where, parameter) for parameter in given]
    if template.parameter_format == "NAMED":
        told = [parameter.get("parameter_name") for parameter in given]
        if sorted(map(str, told)) != sorted(names):
            raise GraphError(132012, f"{where}: parameter_name must be {', '.join(names)}.")
        by_name = dict(zip(map(str, told), values, strict=True))
    else:
        by_name = dict(zip(names, values, strict=True))
    return PLACEHOLDER.sub(lambda found: by_name[found[1]], text)


def _header(template: Template, message: JSON) -> JSON:
    wanted, component = template.of("HEADER"), _component(message, "header")
    kind = str(wanted.get("format", "")).upper()
    if kind in MEDIA_FORMATS or kind == "LOCATION":
        given = _parameters(component)
        received = str(given[0].get("type", "")).upper() if given else "UNKNOWN"
        if len(given) != 1 or received != kind:
            raise GraphError(132012, f"header: Format mismatch, expected {kind}, received {received}.")
        held = given[0].get(kind.lower())
        wants = ("latitude", "longitude") if kind == "LOCATION" else ("id", "link")
        if not isinstance(held, dict) or not any(held.get(name) for name in wants):
            raise GraphError(
                131008, f"Required parameter is missing: header {kind.lower()} needs {' or '.join(wants)}."
            )
        return {"type": kind.lower(), kind.lower(): held}
    text = _fill("header", str(wanted.get("text", "")), component, template)
    if len(text) > HEADER_MAX:
        raise GraphError(132005, f"header: the text has {len(text)} characters, the most is {HEADER_MAX}.")
    return {"type": "text", "text": text} if text else {}


def _index(component: JSON) -> int:
    try:
        return int(component.get("index", ""))
    except (TypeError, ValueError):
        raise invalid("template.components[].index", "must be the place of a button") from None


def _button(place: int, button: JSON, given: JSON) -> JSON:
    kind = str(button.get("type", "")).upper()
    parameters = _parameters(given)
    held = parameters[0] if parameters else {}
    shown: JSON = {"type": kind, "text": button.get("text", "")}
    if kind == "QUICK_REPLY":
        shown["payload"] = str(held.get("payload") or button.get("text", ""))
    elif kind == "URL":
        url = str(button.get("url", ""))
        names = variables(url)
        if len(parameters) != len(names):
            if parameters:
                raise GraphError(132000, f"buttons: Button at index {place} of type Url takes {len(names)} parameters.")
            why = f"buttons: Button at index {place} of type Url requires a parameter"
            raise GraphError(131008, why)
        shown["url"] = PLACEHOLDER.sub(lambda _: _value(f"button {place}", held), url)
    elif kind in ("COPY_CODE", "OTP"):
        code = held.get("coupon_code") or held.get("text")
        if not isinstance(code, str) or not code:
            raise GraphError(131008, f"buttons: Button at index {place} of type {kind} requires a parameter")
        shown["code"] = code
    elif kind == "PHONE_NUMBER":
        shown["phone_number"] = button.get("phone_number", "")
    return shown


def _buttons(template: Template, message: JSON) -> list[JSON]:
    given: dict[int, JSON] = {}
    for component in message.get("components") or ():
        if str(component.get("type", "")).lower() == "button":
            given[_index(component)] = component
    if unknown := [place for place in given if not 0 <= place < len(template.buttons)]:
        raise GraphError(132012, f"buttons: the template has no button at index {unknown[0]}.")
    for place, component in given.items():
        wanted = str(template.buttons[place].get("type", "")).lower()
        if wanted not in ("otp", "copy_code") and str(component.get("sub_type", "")).lower() != wanted:
            raise GraphError(132012, f"buttons: Button at index {place} is of type {wanted}.")
    return [_button(place, button, given.get(place, {})) for place, button in enumerate(template.buttons)]


def _body(template: Template, message: JSON) -> str:
    component = _component(message, "body")
    text = template.of("BODY").get("text")
    if not text and template.category == "AUTHENTICATION":
        text = "{{1}} is your verification code."
    filled = _fill("body", str(text or ""), component, template)
    if len(filled) > BODY_MAX:
        raise GraphError(132005, f"body: the text has {len(filled)} characters, the most is {BODY_MAX}.")
    return filled


def filled(template: Template, message: JSON) -> JSON:
    """The message as an interactive one looks; raises GraphError for what Meta would refuse."""
    known = ("header", "body", "button", "footer", "carousel", "limited_time_offer")
    for component in message.get("components") or ():
        if str(component.get("type", "")).lower() not in known:
            raise GraphError(132012, f"The component type {component.get('type')!r} is not known.")
    shown: JSON = {"header": _header(template, message), "body": _body(template, message)}
    shown["footer"] = str(template.of("FOOTER").get("text") or "")
    shown["buttons"] = _buttons(template, message)
    return shown


def sendable(template: Template | None, message: JSON) -> Template:
    """The template, if it can be sent now; raises 132001, 132015 or 132016."""
    if template is not None and template.status in _STATES:
        raise GraphError(_STATES[template.status])
    # A flagged one may still be sent: that is a warning.
    if template is None or template.status not in ("APPROVED", "FLAGGED"):
        language = (message.get("language") or {}).get("code")
        raise GraphError(132001, f"template name ({message.get('name')}) does not exist in {language}")
    return template
