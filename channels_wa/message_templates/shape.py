"""A template as its parts, read from Meta's form. What Meta sends may miss anything, so nothing here raises.

[{"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW…"]}},
 {"type": "BODY", "text": "Oi, {{1}}!", "example": {"body_text": [["Ana"]]}},
 {"type": "FOOTER", "text": "Salão Aurora"},
 {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Ver", "url": "https://…/{{1}}", "example": ["https://…/a"]}]}]
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

JSON = dict[str, Any]

PLACEHOLDER = re.compile(r"\{\{\s*([^{}\s]{1,60})\s*\}\}")
MEDIA_FORMATS = ("IMAGE", "VIDEO", "DOCUMENT")


def placeholders(text: str) -> list[str]:
    """The names or numbers of the variables in a text, each once, in the order in which they appear."""
    return list(dict.fromkeys(PLACEHOLDER.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables replaced; one without a value stays as it is."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


class Button(NamedTuple):
    """One of the template's buttons."""

    place: int
    type: str
    """QUICK_REPLY | URL | PHONE_NUMBER | COPY_CODE | OTP | FLOW | …"""
    text: str
    url: str = ""
    phone: str = ""
    example: str = ""

    @property
    def is_dynamic(self) -> bool:
        """Whether its address ends in a variable."""
        return self.type == "URL" and bool(placeholders(self.url))

    @property
    def needs_value(self) -> bool:
        """Whether each message must bring something for it."""
        return self.is_dynamic or self.type in ("COPY_CODE", "OTP")

    @property
    def sub_type(self) -> str:
        """What it is called in a message: a login code's button is filled in like an address."""
        return {"OTP": "url"}.get(self.type, self.type.lower())


@dataclass(frozen=True)
class Shape:
    """The parts of one template."""

    named: bool = False
    header_format: str = ""
    """TEXT | IMAGE | VIDEO | DOCUMENT | LOCATION, or empty for none."""
    header_text: str = ""
    header_handle: str = ""
    body: str = ""
    footer: str = ""
    buttons: Sequence[Button] = ()
    samples: Mapping[str, str] = field(default_factory=dict)
    """Of the body, by the variable's name."""
    header_samples: Mapping[str, str] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    """Components that we show and send but have no editor for: CAROUSEL, LIMITED_TIME_OFFER…"""

    @cached_property
    def body_variables(self) -> list[str]:
        """Those of the body, as messages must fill them in: by number they are in the order of the numbers."""
        return _in_order(placeholders(self.body))

    @cached_property
    def header_variables(self) -> list[str]:
        """Those of a header of text; Meta allows one."""
        return _in_order(placeholders(self.header_text)) if self.header_format == "TEXT" else []

    @property
    def has_media(self) -> bool:
        """Whether the header is a file."""
        return self.header_format in MEDIA_FORMATS


def shape_of(components: Any, parameter_format: str = "positional") -> Shape:
    """Read Meta's components."""
    parts: dict[str, JSON] = {}
    for one in _objects(components):
        parts.setdefault(_word(one.get("type")), one)
    header, body = parts.get("HEADER", {}), parts.get("BODY", {})
    header_format = _word(header.get("format")) or ("TEXT" if header.get("text") else "")
    header_text, body_text = _text(header.get("text")), _text(body.get("text"))
    return Shape(
        named=parameter_format.lower() == "named",
        header_format=header_format,
        header_text=header_text,
        header_handle=_first(_example(header).get("header_handle")),
        body=body_text,
        footer=_text(parts.get("FOOTER", {}).get("text")),
        buttons=tuple(_buttons(parts.get("BUTTONS", {}))),
        samples=_samples(body, "body_text", body_text),
        header_samples=_samples(header, "header_text", header_text),
        others=frozenset(parts) - {"HEADER", "BODY", "FOOTER", "BUTTONS", ""},
    )


def _buttons(part: JSON) -> Iterable[Button]:
    for place, one in enumerate(_objects(part.get("buttons"))):
        example = one.get("example")
        yield Button(
            place=place,
            type=_word(one.get("type")),
            text=_text(one.get("text")),
            url=_text(one.get("url")),
            phone=_text(one.get("phone_number")),
            example=_first(example) if isinstance(example, list) else _text(example),
        )


def _samples(part: JSON, key: str, text: str) -> dict[str, str]:
    example = _example(part)
    by_name = {
        _text(one.get("param_name")): _text(one.get("example")) for one in _objects(example.get(f"{key}_named_params"))
    }
    if by_name:
        return by_name
    values = example.get(key)
    # A body's samples are a list of lists, a header's a list.
    if isinstance(values, list) and values and isinstance(values[0], list):
        values = values[0]
    names = _in_order(placeholders(text))
    given = [_text(one) for one in values] if isinstance(values, list) else []
    return dict(zip(names, given, strict=False))


def _in_order(names: list[str]) -> list[str]:
    return sorted(names, key=int) if names and all(name.isdecimal() and name.isascii() for name in names) else names


def _example(part: JSON) -> JSON:
    found = part.get("example")
    return found if isinstance(found, dict) else {}


def _objects(value: Any) -> list[JSON]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _first(value: Any) -> str:
    return _text(value[0]) if isinstance(value, list) and value else ""


def _word(value: Any) -> str:
    return value.strip().upper() if isinstance(value, str) else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
