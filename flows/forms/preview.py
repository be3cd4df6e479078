"""The message of a node as a phone shows it to Ana."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from channels_wa.media.queries import MediaView
from channels_wa.message_templates.bubble import ICONS, ShownButton, marked_up
from flows.engine.bodies import MAX_BUTTONS_BODY, MAX_TEXT_BODY
from flows.engine.expressions import ExpressionError, Scope, Template
from flows.engine.expressions.values import as_text
from flows.forms.fields import JSON
from flows.forms.sources import Known, KnownTemplate

# What stands for a blank that gives nothing yet, while the text is marked up; no person types these.
OPEN, CLOSE = "\ue000", "\ue001"
GAP: Final = re.compile(f"{OPEN}([0-9]+){CLOSE}")


@dataclass(frozen=True)
class Filled:
    """A text with its blanks filled in for Ana, and how long it became."""

    html: SafeString | str = ""
    length: int = 0


@dataclass
class Shown:
    """One bubble."""

    body: SafeString | str = ""
    title: str = ""
    footer: str = ""
    file_kind: str = ""
    file_name: str = ""
    media: MediaView | None = None
    buttons: list[ShownButton] = field(default_factory=list)
    rows: list[tuple[str, str]] = field(default_factory=list)
    reaction: str = ""
    # What stands in the way of it, beside the mistakes of the fields.
    notes: list[str] = field(default_factory=list)
    template: KnownTemplate | None = None
    length: int = 0
    most: int = 0

    @property
    def is_long(self) -> bool:
        """Whether WhatsApp would get less than all of it."""
        return bool(self.most) and self.length > self.most


def filled(source: Any, scope: Scope) -> Filled:
    """A text as Ana reads it; a blank that gives nothing for her stays visible as one."""
    if not isinstance(source, str):
        return Filled()
    try:
        parts = Template(source).parts
    except ExpressionError:
        return Filled(marked_up(source.translate({ord(OPEN): None, ord(CLOSE): None})), len(source))
    gaps: list[str] = []
    text = ""
    for constant, evaluate, position in parts:
        if evaluate is None:
            text += constant.translate({ord(OPEN): None, ord(CLOSE): None})
            continue
        value = worked_out(evaluate, scope)
        if value:
            text += value
        else:
            end = source.find("}}", position)
            text += f"{OPEN}{len(gaps)}{CLOSE}"
            gaps.append(source[position : end if end > 0 else None].strip())
    html = GAP.sub(
        lambda found: format_html('<span class="wa-bubble__variable">{{{{{}}}}}</span>', gaps[int(found[1])]),
        without_blanks(marked_up(text)),
    )
    return Filled(mark_safe(html), len(GAP.sub("", text)))  # noqa: S308 - escaped by marked_up and format_html


def without_blanks(html: SafeString) -> str:
    """A plain text: `marked_up` makes spans of what looks like a blank, which a guest's own words may do."""
    return str(html)


def worked_out(evaluate: Callable[[Scope], Any], scope: Scope) -> str:
    """What a blank gives for Ana; empty if nothing, or if it cannot be worked out for her."""
    try:
        return scope.run(lambda scope: as_text(evaluate(scope), scope, 0)).translate(
            {ord(OPEN): None, ord(CLOSE): None}
        )
    except ExpressionError:
        return ""


def plain(source: Any, scope: Scope) -> str:
    """The same without marks, for titles and addresses."""
    text = re.sub("<[^>]*>", "", str(filled(source, scope).html).replace("<br>", " "))
    return (
        text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", '"')
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
    )


def preview_of(node: JSON, known: Known, facts: JSON, scope: Scope) -> Shown | None:
    """The bubble of a node; None for one that says nothing to the guest."""
    make = MAKERS.get(str(node.get("type")))
    return make(node, known, scope) if make else None


def options_of(given: Any) -> Sequence[JSON]:
    """Buttons, rows or choices that can be shown."""
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def text_shown(text: Any, scope: Scope, most: int) -> Shown:
    """A bubble with a text."""
    made = filled(text, scope)
    shown = Shown(made.html, length=made.length, most=most)
    if shown.is_long:
        shown.notes.append(
            _("With Ana's values it has %(length)s characters. WhatsApp takes %(most)s here; the rest would be lost.")
            % {"length": made.length, "most": most}
        )
    return shown


def message(node: JSON, known: Known, scope: Scope) -> Shown:
    """A message that is said."""
    for name, make in (("media", media), ("location", location), ("contact", card)):
        if isinstance(node.get(name), dict):
            return make(node[name], known, scope)
    if node.get("reaction"):
        return Shown(reaction=str(node["reaction"])[:32])
    rows, link = node.get("list"), node.get("cta_url")
    has_buttons = bool(node.get("buttons")) or isinstance(link, dict)
    shown = text_shown(node.get("text"), scope, MAX_BUTTONS_BODY if has_buttons else MAX_TEXT_BODY)
    shown.footer = str(node.get("footer") or "")
    shown.buttons = [ShownButton(str(one.get("title", "")), "arrow-back-up") for one in options_of(node.get("buttons"))]
    if isinstance(rows, dict):
        add_list(shown, rows.get("button"), options_of(rows.get("rows")))
    if isinstance(link, dict):
        shown.buttons.append(ShownButton(str(link.get("title", "")), "external-link"))
    return shown


def add_list(shown: Shown, button: Any, rows: Sequence[JSON]) -> None:
    """The button that opens a list, and what is in it."""
    shown.buttons.append(ShownButton(str(button or ""), "list"))
    shown.rows = [(str(one.get("title", "")), str(one.get("description", ""))) for one in rows]


def question(node: JSON, known: Known, scope: Scope) -> Shown:
    """A question, with what may be tapped."""
    choices = options_of(node.get("choices")) if node.get("answer") == "choice" else []
    shown = text_shown(node.get("text"), scope, MAX_BUTTONS_BODY)
    if node.get("button"):
        add_list(shown, node["button"], choices)
    else:
        shown.buttons = [ShownButton(str(one.get("title", "")), "arrow-back-up") for one in choices]
    return shown


def choosing(node: JSON, known: Known, scope: Scope) -> Shown:
    """What is asked with a list of the salon's own."""
    shown = text_shown(node.get("text"), scope, MAX_BUTTONS_BODY)
    button, rows = known.listed(node)
    if rows:
        shown.buttons.append(ShownButton(button, "list"))
        shown.rows = rows
    return shown


def handing_over(node: JSON, known: Known, scope: Scope) -> Shown | None:
    """What is said before a person takes over."""
    return text_shown(node["text"], scope, MAX_TEXT_BODY) if node.get("text") else None


def media(part: JSON, known: Known, scope: Scope) -> Shown:
    """A file with the words under it."""
    shown = text_shown(part.get("caption"), scope, MAX_BUTTONS_BODY)
    shown.media = known.file(part.get("file"))
    shown.file_kind = str(part.get("kind", "document"))
    shown.file_name = str(part.get("filename") or "") or plain(part.get("link"), scope)
    return shown


def location(part: JSON, known: Known, scope: Scope) -> Shown:
    """A place."""
    name = plain(part.get("name"), scope) or f"{part.get('latitude', '')}, {part.get('longitude', '')}"
    return Shown(escape(plain(part.get("address"), scope)), title=name, file_kind="location")


def card(part: JSON, known: Known, scope: Scope) -> Shown:
    """A person's card."""
    lines = [plain(part.get(name), scope) for name in ("company", "phone", "email")]
    return Shown(escape(" · ".join(filter(None, lines))), title=plain(part.get("name"), scope), file_kind="contact")


def template(node: JSON, known: Known, scope: Scope) -> Shown:
    """A message template with the node's values, and whether WhatsApp takes it now."""
    found = known.template(f"{node.get('name', '')}|{node.get('language', '')}")
    if found is None:
        return Shown(notes=[_("Choose a template to see it here.")])
    given: JSON = node["values"] if isinstance(node.get("values"), dict) else {}
    shape = found.shape
    values = {place: plain(text, scope) for place, text in given.items()}
    text = placed(shape.body, "body", values)
    shown = Shown(
        marked_up(text),
        title=placed(shape.header_text, "header", values) if shape.header_format == "TEXT" else "",
        footer=shape.footer,
        file_kind=shape.header_format.lower() if shape.header_format != "TEXT" else "",
        media=known.file(given.get("header.media") or found.card.template.header_media),
        buttons=[ShownButton(one.text or _("Copy code"), ICONS.get(one.type, "bolt")) for one in shape.buttons],
        template=found,
        length=len(text),
        most=MAX_BUTTONS_BODY,
    )
    empty = [label for place, label, _sample in found.places if not given.get(place)]
    if empty:
        shown.notes.append(_("WhatsApp needs each of them: %(names)s.") % {"names": ", ".join(empty)})
    return shown


def placed(text: str, part: str, values: dict[str, str]) -> str:
    """A template's text with the values that are there."""
    from channels_wa.message_templates.shape import filled as fill

    there = {name.partition(".")[2]: value for name, value in values.items() if name.startswith(f"{part}.") and value}
    return fill(text, there)


Maker = Callable[[JSON, Known, Scope], Shown | None]
MAKERS: Final[dict[str, Maker]] = {
    "send_message": message,
    "ask": question,
    "send_template": template,
    "hand_over": handing_over,
    "choose_service": choosing,
    "choose_professional": choosing,
    "find_slots": choosing,
    "find_booking": choosing,
}
