"""A template as it will look on the guest's phone, with its samples filled in."""

from dataclasses import dataclass, field
from html import escape
from re import sub
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from channels_wa.media.models import Media
from channels_wa.media.queries import MediaView, view_of
from channels_wa.message_templates.drafts import Draft
from channels_wa.message_templates.shape import PLACEHOLDER, filled

# As WhatsApp reads them: *bold*, _italic_, ~struck~, ```fixed```; a mark counts only close to its word.
_MARKS = (
    (r"```(.+?)```", r"<code>\1</code>"),
    (r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])", r"<strong>\1</strong>"),
    (r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])", r"<em>\1</em>"),
    (r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])", r"<s>\1</s>"),
)
ICONS = {"QUICK_REPLY": "arrow-back-up", "URL": "external-link", "PHONE_NUMBER": "phone", "COPY_CODE": "tag"}
# WhatsApp writes its own word on these.
CODES = ("COPY_CODE", "OTP")


class ShownButton(NamedTuple):
    """A button and its sign."""

    text: str
    icon: str


@dataclass(frozen=True)
class Bubble:
    """What the preview shows."""

    header_kind: str = ""
    header_text: str = ""
    media: MediaView | None = None
    body: SafeString | str = ""
    footer: str = ""
    buttons: list[ShownButton] = field(default_factory=list)
    is_empty: bool = True


def bubble_of(draft: Draft) -> Bubble:
    """The preview of a draft. Inside the salon: the header's file is looked up."""
    shape = draft.shape
    media = Media.objects.filter(public_id=draft.header_media).first() if draft.header_media else None
    return Bubble(
        header_kind=shape.header_format.lower(),
        header_text=filled(shape.header_text, shape.header_samples),
        media=view_of(media) if media else None,
        body=marked_up(filled(shape.body, {name: value for name, value in shape.samples.items() if value})),
        footer=shape.footer,
        buttons=[
            ShownButton(
                one.text or (_("Copy code") if one.type in ("COPY_CODE", "OTP") else ""), ICONS.get(one.type, "bolt")
            )
            for one in shape.buttons
        ],
        is_empty=not (shape.body.strip() or shape.header_format or shape.footer or shape.buttons),
    )


def marked_up(text: str) -> SafeString:
    """WhatsApp's marks as HTML; a variable without a sample stays visible as one. Everything else is escaped."""
    html = escape(text)
    html = PLACEHOLDER.sub(r'<span class="wa-bubble__variable">{{\1}}</span>', html)
    for mark, tag in _MARKS:
        html = sub(mark, tag, html)
    return mark_safe(html.replace("\n", "<br>"))  # noqa: S308 - escaped above, before any mark was put in
