"""What the editor's form says, and Meta's form of it. The names of the fields are those that the lint complains about.

name, language, category, header, header_text, header_media, body, footer,
sample.body.<variable>, sample.header.<variable>,
buttons.<n>.type (quick_reply | url | phone_number | copy_code), .text, .url, .phone, .sample
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from channels_wa.message_templates.models import Category, MessageTemplate
from channels_wa.message_templates.shape import JSON, MEDIA_FORMATS, Shape, placeholders, shape_of

HEADERS = ("none", "text", "image", "video", "document", "location")
BUTTONS = ("quick_reply", "url", "phone_number", "copy_code")
MOST_BUTTONS = 10
_FIELD = re.compile(r"^buttons\.(\d{1,2})\.type$")


@dataclass(frozen=True)
class Draft:
    """A template as somebody writes it."""

    name: str
    language: str
    category: str = Category.UTILITY
    components: list[JSON] = field(default_factory=list)
    parameter_format: str = "positional"
    header_media: UUID | None = None

    @property
    def shape(self) -> Shape:
        """Its parts."""
        return shape_of(self.components, self.parameter_format)


def tidy_name(text: str) -> str:
    """A name as Meta takes it, from one as people write it: "Lembrete – amanhã" becomes lembrete_amanha."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "_", plain).strip("_")[:512]


def format_of(*texts: str) -> str:
    """How the variables of these texts are called: by number, or by name as soon as one has one."""
    names = [name for text in texts for name in placeholders(text)]
    return "named" if any(not name.isdecimal() for name in names) else "positional"


def from_form(data: Mapping[str, Any]) -> Draft:
    """What was typed, whatever it is worth; the lint says what is wrong with it."""
    body, header_text = _text(data, "body"), _text(data, "header_text").strip()
    parameter_format = format_of(body, header_text)
    media = _uuid(data.get("header_media"))
    header = _header(data, header_text, parameter_format)
    components = [
        *header,
        _with_samples({"type": "BODY", "text": body}, "body", data, parameter_format),
        *([{"type": "FOOTER", "text": footer}] if (footer := _text(data, "footer").strip()) else []),
        *([{"type": "BUTTONS", "buttons": buttons}] if (buttons := list(_buttons(data))) else []),
    ]
    has_media = bool(header) and header[0].get("format") in MEDIA_FORMATS
    category = str(data.get("category", ""))
    return Draft(
        name=tidy_name(str(data.get("name", ""))),
        language=str(data.get("language", "")).strip(),
        category=category if category in Category.values else Category.UTILITY,
        components=components,
        parameter_format=parameter_format,
        header_media=media if has_media else None,
    )


def of_template(template: MessageTemplate) -> Draft:
    """What the editor opens: the unsent changes, or else what there is."""
    changes = template.changes or {}
    media = changes.get("header_media") if "header_media" in changes else template.header_media
    return Draft(
        name=template.name,
        language=template.language,
        category=changes.get("category", template.category),
        components=template.shown_components,
        parameter_format=changes.get("parameter_format", template.parameter_format),
        header_media=_uuid(media),
    )


def as_sent(template: MessageTemplate) -> Draft:
    """What guests get now, whatever changes wait."""
    return Draft(
        name=template.name,
        language=template.language,
        category=template.category,
        components=template.components,
        parameter_format=template.parameter_format,
        header_media=template.header_media,
    )


def as_fields(draft: Draft) -> JSON:
    """The form's values, for the page."""
    shape = draft.shape
    return {
        "name": draft.name,
        "language": draft.language,
        "category": draft.category,
        "header": shape.header_format.lower() or "none",
        "header_text": shape.header_text,
        "header_media": str(draft.header_media or ""),
        "header_handle": shape.header_handle,
        "body": shape.body,
        "footer": shape.footer,
        "samples": [_sample("body", name, shape.samples) for name in shape.body_variables],
        "header_samples": [_sample("header", name, shape.header_samples) for name in shape.header_variables],
        "buttons": [
            {"type": one.type.lower(), "text": one.text, "url": one.url, "phone": one.phone, "sample": one.example}
            for one in shape.buttons
        ],
    }


def _sample(part: str, name: str, samples: Mapping[str, str]) -> JSON:
    return {"field": f"sample.{part}.{name}", "name": name, "value": samples.get(name, "")}


def _header(data: Mapping[str, Any], text: str, parameter_format: str) -> list[JSON]:
    kind = str(data.get("header", "none"))
    if kind not in HEADERS or kind == "none":
        return []
    part: JSON = {"type": "HEADER", "format": kind.upper()}
    if kind == "text":
        return [_with_samples({**part, "text": text}, "header", data, parameter_format)]
    if kind.upper() in MEDIA_FORMATS and (handle := _text(data, "header_handle").strip()):
        # The sample that Meta has already; a new file gets a new handle when it is submitted.
        part["example"] = {"header_handle": [handle]}
    return [part]


def _with_samples(part: JSON, name: str, data: Mapping[str, Any], parameter_format: str) -> JSON:
    """With an example for each variable, in the form that Meta wants for texts with numbers or with names."""
    text = str(part["text"])
    shape = shape_of([part], parameter_format)
    variables = shape.body_variables if name == "body" else shape.header_variables
    given = {one: _text(data, f"sample.{name}.{one}").strip() for one in variables}
    if not placeholders(text) or not any(given.values()):
        return part
    if parameter_format == "named":
        example: JSON = {f"{name}_text_named_params": [{"param_name": one, "example": given[one]} for one in variables]}
    else:
        values = [given[one] for one in variables]
        example = {f"{name}_text": [values] if name == "body" else values}
    return {**part, "example": example}


def _buttons(data: Mapping[str, Any]) -> Iterator[JSON]:
    """In the order of their numbers; one without words and address is not there."""
    places = sorted(int(found[1]) for key in data if (found := _FIELD.match(key)))
    for place in places[: MOST_BUTTONS + 1]:
        kind = str(data.get(f"buttons.{place}.type", ""))
        text, url, phone, sample = (
            _text(data, f"buttons.{place}.{name}").strip() for name in ("text", "url", "phone", "sample")
        )
        if kind not in BUTTONS or not (text or url or phone or sample):
            continue
        button: JSON = {"type": kind.upper(), "text": text}
        if kind == "url":
            button["url"] = url
            if placeholders(url):
                button["example"] = [sample] if sample else []
        elif kind == "phone_number":
            button["phone_number"] = phone
        elif kind == "copy_code":
            button["example"] = sample
            button.pop("text")  # Meta writes its own word on it
        yield button


def _text(data: Mapping[str, Any], name: str) -> str:
    # Browsers send line breaks as CR LF; Meta counts and keeps LF.
    return str(data.get(name) or "").replace("\r\n", "\n").replace("\r", "\n")


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None
