"""Template tags of the portal: icons, moments, form fields, status ticks."""

import json
from datetime import datetime
from functools import lru_cache
from typing import Any
from zlib import crc32

from django import template
from django.forms import BoundField
from django.forms.widgets import CheckboxInput, Select
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ops import clock
from portal.frame import moments

register = template.Library()

SPRITE = "vendor/tabler-icons/3.51.0/sprite.svg"
AVATAR_TONES = 6

# Icon, colour class and words of each delivery status (CONTRACT.md, Message resource).
STATUSES = {
    "queued": ("clock", "", _("Waiting to be sent")),
    "sending": ("clock", "", _("Being sent")),
    "unknown": ("help-circle", "text-warning", _("Not known whether it arrived")),
    "sent": ("check", "", _("Sent")),
    "failed": ("alert-circle", "text-danger", _("Not delivered")),
    "delivered": ("checks", "", _("Delivered")),
    "read": ("checks", "ticks--read", _("Read")),
    "played": ("checks", "ticks--read", _("Played")),
    "cancelled": ("ban", "text-danger", _("Not sent")),
}


@register.simple_tag
def sprite_url() -> str:
    """Address of the icons, for the canvas that draws its own."""
    return static(SPRITE)


@register.simple_tag
@lru_cache(maxsize=1024)
def icon(name: str, classes: str = "") -> SafeString:
    """An icon beside words; it says nothing to a screen reader by itself. A list of conversations has two hundred."""
    css = f"icon {classes}".strip()
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', css, static(SPRITE), name)


@register.filter
def short_moment(at: datetime) -> str:
    """14:32, yesterday, Tue, 12/11."""
    return moments.short(at, now=clock.now())


@register.filter
def full_moment(at: datetime) -> str:
    """Date, time and zone."""
    return moments.full(at)


@register.filter
def to_come(at: datetime) -> str:
    """A moment that is still to come: 14:32 today, else the day with it."""
    return moments.to_come(at, now=clock.now())


@register.filter
def as_json(value: Any) -> str:
    """A value for a data attribute; the template escapes it as any text."""
    return json.dumps(value)


@register.filter
def clock_time(at: datetime) -> str:
    """14:32."""
    return moments.clock_time(at)


@register.filter
def day_name(at: datetime) -> str:
    """Today, Yesterday, or the date."""
    return moments.day(at, now=clock.now())


@register.filter
def duration(milliseconds: float) -> str:
    """12 ms."""
    return moments.duration(milliseconds)


@register.filter
def initials(name: str) -> str:
    """Up to two letters for an avatar; a dot for someone without a name."""
    words = [word for word in name.split() if word[:1].isalpha()]
    return "".join(word[0] for word in ([words[0], words[-1]] if len(words) > 1 else words)).upper() or "•"


@register.filter
def tone(name: str) -> int:
    """The same colour for the same name, always."""
    return crc32(name.encode()) % AVATAR_TONES


@register.simple_tag
def ticks(status: str, reason: str = "") -> SafeString:
    """The status of a message as ticks, with words for those who do not see them."""
    return _ticks(status, reason, get_language())


@lru_cache(maxsize=1024)
def _ticks(status: str, reason: str, language: str | None) -> SafeString:
    sign, colour, words = STATUSES.get(status, STATUSES["queued"])
    return format_html(
        '<span class="ticks {}" title="{}">{}<span class="visually-hidden">{}</span></span>',
        *(colour, f"{words}: {reason}" if reason else words, icon(sign, "icon-sm"), words),
    )


@register.simple_tag
def time_tag(at: datetime) -> SafeString:
    """14:32, as a `<time>` whose tooltip says all."""
    moment = timezone.localtime(at).isoformat()
    return format_html('<time datetime="{}" title="{}">{}</time>', moment, moments.full(at), moments.clock_time(at))


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, **attrs: Any) -> dict[str, Any]:
    """A form field with label, help and errors tied to it for screen readers."""
    described = " ".join(
        f"{bound.auto_id}_{part}" for part, there in (("help", bound.help_text), ("errors", bound.errors)) if there
    )
    kind = "form-check-input" if isinstance(bound.field.widget, CheckboxInput) else "form-control"
    kind = "form-select" if isinstance(bound.field.widget, Select) else kind
    attrs = {name.replace("_", "-"): value for name, value in attrs.items()}
    attrs["class"] = f"{kind} is-invalid" if bound.errors else kind
    if described:
        attrs["aria-describedby"] = described
    # Bootstrap's own look says it; a placeholder that repeats the label only adds noise.
    bound.field.widget.attrs.pop("placeholder", None)
    return {"field": bound, "widget": bound.as_widget(attrs=attrs), "is_check": kind == "form-check-input"}
