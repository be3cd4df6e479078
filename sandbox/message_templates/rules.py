"""What Meta takes as a template (WHATSAPP.md §4, §7 "template create")."""

import re
from collections.abc import Callable
from itertools import pairwise

from sandbox.asgi import JSON
from sandbox.graph.errors import GraphError
from sandbox.message_templates.template import CATEGORIES, MEDIA_FORMATS, PLACEHOLDER, sample_of, variables

NAME_MAX, BODY_MAX, SHORT_MAX = 512, 1024, 60
BUTTONS_MAX, BUTTON_TEXT_MAX = 10, 25
_ONCE = ("PHONE_NUMBER", "COPY_CODE", "OTP", "FLOW", "CATALOG", "MPM", "VOICE_CALL")
_MOST_BUTTONS = {"URL": 2, **dict.fromkeys(_ONCE, 1)}
_BUTTONS = {*_MOST_BUTTONS, "QUICK_REPLY", "SPM", "REQUEST_CONTACT_INFO"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?")
_VARIABLE = re.compile(r"[a-z][a-z0-9_]*")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]")
_WORD = re.compile(r"\w+")

HasSample = Callable[[str], bool]


def refusal(subcode: int | None, about: str, why: str) -> GraphError:
    """Meta's answer to a template that it does not take."""
    return GraphError(100, why, subcode=subcode, user=(about, why))


def _too_long(field: str, text: str, most: int) -> None:
    if len(text) > most:
        why = f"{field} has {len(text)} characters, the most is {most}."
        raise refusal(2388040, "Character limit exceeded", why)


def _samples(example: JSON, named: str, plain: str) -> list[str]:
    """The sample values of a text, in order."""
    if isinstance(found := example.get(named), list):
        return [str(entry.get("example", "")) for entry in found if isinstance(entry, dict)]
    found = example.get(plain)
    if plain == "body_text" and isinstance(found, list) and found and isinstance(found[0], list):
        found = found[0]
    return [str(entry) for entry in found] if isinstance(found, list) else []


def _check_variables(where: str, text: str, component: JSON, parameter_format: str, subcode: int) -> None:
    names = variables(text)
    if "{{" in PLACEHOLDER.sub("", text) or "}}" in PLACEHOLDER.sub("", text):
        raise refusal(subcode, f"Message {where} format is incorrect", f"The {where} has braces that are no variable.")
    if parameter_format == "NAMED":
        wrong = [name for name in names if not _VARIABLE.fullmatch(name)]
    else:
        wrong = [] if names == [str(n) for n in range(1, len(names) + 1)] else names
    if wrong:
        raise refusal(subcode, f"Message {where} format is incorrect", f"The {where}'s variables are wrong: {wrong}.")
    example = component.get("example") if isinstance(component.get("example"), dict) else {}
    given = _samples(example or {}, f"{where}_text_named_params", f"{where}_text")
    if len(given) != len(names) or not all(value.strip() for value in given):
        why = f"component of type {where.upper()} is missing expected field(s) (example)"
        raise refusal(2388043, "Message template is missing a sample", why)


def _header(component: JSON, parameter_format: str, has_sample: HasSample) -> None:
    kind = str(component.get("format", "")).upper()
    wrong = "Message header format is incorrect"
    if kind in MEDIA_FORMATS:
        example = component.get("example")
        handles = example.get("header_handle") if isinstance(example, dict) else None
        if not isinstance(handles, list) or not handles:
            why = "component of type HEADER is missing expected field(s) (example)"
            raise refusal(2388043, "Message template is missing a sample", why)
        if not all(isinstance(handle, str) and has_sample(sample_of(handle)) for handle in handles):
            raise refusal(2494102, "Uploaded media handle is invalid", "The header_handle was not given by an upload.")
    elif kind == "TEXT":
        text = component.get("text")
        if not isinstance(text, str) or not text.strip():
            raise refusal(2388047, wrong, "The header needs a text.")
        _too_long("The header", text, SHORT_MAX)
        if "\n" in text or _EMOJI.search(text) or re.search(r"[*_~`]", PLACEHOLDER.sub("", text)):
            raise refusal(2388047, wrong, "The header takes no line breaks, emoji or marks.")
        if len(variables(text)) > 1:
            raise refusal(2388047, wrong, "The header takes one variable.")
        _check_variables("header", text, component, parameter_format, 2388047)
    elif kind != "LOCATION":
        raise refusal(2388047, wrong, "The header's format must be TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION.")


def _body(component: JSON, parameter_format: str) -> None:
    text = component.get("text")
    wrong = "Message body format is incorrect"
    if not isinstance(text, str) or not text.strip():
        raise refusal(2388072, wrong, "The body needs a text.")
    _too_long("The body", text, BODY_MAX)
    if "\t" in text or "\n\n\n" in text or "     " in text:
        raise refusal(2388072, wrong, "The body takes no tabs, two empty lines or more than four spaces in a row.")
    bare = text.strip()
    if PLACEHOLDER.match(bare) or re.search(r"\}\}$", bare):
        raise refusal(2388299, "Leading or trailing params not allowed", "A variable stands first or last in the body.")
    names = variables(text)
    words = len(_WORD.findall(PLACEHOLDER.sub(" ", text)))
    if names and words < 2 * len(names) + 1:
        why = f"{len(names)} variables need at least {2 * len(names) + 1} words, this has {words}."
        raise refusal(2388293, "Parameters words ratio exceeds limit", why)
    _check_variables("body", text, component, parameter_format, 2388072)


def _footer(component: JSON) -> None:
    text = component.get("text")
    wrong = "Message footer format is incorrect"
    if not isinstance(text, str) or not text.strip():
        raise refusal(2388073, wrong, "The footer needs a text.")
    _too_long("The footer", text, SHORT_MAX)
    if PLACEHOLDER.search(text) or "\n" in text or _EMOJI.search(text):
        raise refusal(2388073, wrong, "The footer takes no variables, line breaks or emoji.")


def _button(place: int, button: JSON) -> str:
    """One button's type; raises for what is wrong in it."""
    kind = str(button.get("type", "")).upper()
    field = f"buttons[{place}]"
    if kind not in _BUTTONS:
        raise refusal(None, "Invalid button", f"{field}.type must be one of {', '.join(sorted(_BUTTONS))}.")
    text = button.get("text")
    if kind not in ("COPY_CODE", "OTP", "REQUEST_CONTACT_INFO"):
        if not isinstance(text, str) or not text.strip():
            raise refusal(None, "Invalid button", f"{field}.text is required.")
        _too_long(f"{field}.text", text, BUTTON_TEXT_MAX)
    if kind == "URL":
        url = button.get("url")
        if not isinstance(url, str) or not url.startswith(("https://", "http://")) or len(url) > 2000:
            raise refusal(None, "Invalid button", f"{field}.url must be a web address.")
        names = variables(url)
        if names and (len(names) > 1 or not url.endswith("}}")):
            raise refusal(None, "Invalid button", f"{field}.url takes one variable, at its end.")
        if names and not button.get("example"):
            why = "component of type BUTTONS is missing expected field(s) (example)"
            raise refusal(2388043, "Message template is missing a sample", why)
    if kind == "PHONE_NUMBER" and not re.fullmatch(r"\+?[0-9 ()-]{4,20}", str(button.get("phone_number", ""))):
        raise refusal(None, "Invalid button", f"{field}.phone_number must be a phone number of at most 20 characters.")
    return kind


def _buttons(component: JSON) -> None:
    buttons = component.get("buttons")
    if not isinstance(buttons, list) or not buttons or not all(isinstance(button, dict) for button in buttons):
        raise refusal(None, "Invalid buttons", "buttons must be a list of objects.")
    if len(buttons) > BUTTONS_MAX:
        raise refusal(None, "Invalid buttons", f"A template has at most {BUTTONS_MAX} buttons.")
    kinds = [_button(place, button) for place, button in enumerate(buttons)]
    for kind, most in _MOST_BUTTONS.items():
        if kinds.count(kind) > most:
            raise refusal(None, "Invalid buttons", f"A template has at most {most} buttons of type {kind}.")
    replies = [kind == "QUICK_REPLY" for kind in kinds]
    changes = sum(one != other for one, other in pairwise(replies))
    if changes > 1:
        raise refusal(None, "Invalid buttons", "Quick replies must stand together, before or after the others.")


def _cards(component: JSON, parameter_format: str, has_sample: HasSample) -> None:
    cards = component.get("cards")
    if not isinstance(cards, list) or not 2 <= len(cards) <= 10 or not all(isinstance(card, dict) for card in cards):
        raise refusal(None, "Invalid carousel", "A carousel has 2 to 10 cards.")
    for card in cards:
        check_components(card.get("components"), parameter_format, has_sample, needs_body=False)


def check_components(
    components: object, parameter_format: str, has_sample: HasSample, *, needs_body: bool = True, is_code: bool = False
) -> list[JSON]:
    """Raise for what Meta would refuse in the parts of a template; otherwise return them."""
    if not isinstance(components, list) or not all(isinstance(component, dict) for component in components):
        raise refusal(None, "Invalid parameter", "components must be a list of objects.")
    kinds = [str(component.get("type", "")).upper() for component in components]
    if len(set(kinds)) != len(kinds):
        raise refusal(None, "Invalid parameter", "Each component may come once.")
    if needs_body and "BODY" not in kinds:
        raise refusal(2388072, "Message body format is incorrect", "A template needs a body.")
    for kind, component in zip(kinds, components, strict=True):
        if kind == "HEADER":
            _header(component, parameter_format, has_sample)
        elif kind == "BODY" and not is_code:  # Meta writes the words of codes itself
            _body(component, parameter_format)
        elif kind == "FOOTER" and not is_code:
            _footer(component)
        elif kind == "BUTTONS":
            _buttons(component)
        elif kind == "CAROUSEL":
            _cards(component, parameter_format, has_sample)
        elif kind not in ("BODY", "FOOTER", "LIMITED_TIME_OFFER"):
            raise refusal(None, "Invalid parameter", f"The component type {kind!r} is not known.")
    return components


def check_name(name: object) -> str:
    """A template's name."""
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9_]{1,512}", name):
        why = f"name may hold lower case letters, digits and underscores, at most {NAME_MAX} of them."
        raise refusal(None, "Invalid parameter", why)
    return name


def check_language(language: object) -> str:
    """A template's language."""
    if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
        raise refusal(None, "Invalid parameter", "language must be a code such as pt_BR.")
    return language


def check_category(category: object) -> str:
    """A template's category."""
    if not isinstance(category, str) or category.upper() not in CATEGORIES:
        raise refusal(None, "Invalid parameter", f"category must be one of {', '.join(CATEGORIES)}.")
    return category.upper()
