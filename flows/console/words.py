"""What the pages of runs call things."""

import json
from datetime import timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

Words = str | Promise

STATUSES: dict[str, tuple[Words, str]] = {
    "running": (gettext_lazy("Running"), "blue"),
    "waiting": (gettext_lazy("Waiting"), "yellow"),
    "completed": (gettext_lazy("Completed"), "green"),
    "failed": (gettext_lazy("Failed"), "red"),
    "cancelled": (gettext_lazy("Cancelled"), ""),
}
# What began a run: a trigger of a start node, or something else that may start flows.
BEGAN: dict[str, Words] = {
    "any_message": gettext_lazy("Any message"),
    "keywords": gettext_lazy("A word the guest wrote"),
    "first_contact": gettext_lazy("First message of a guest"),
    "button": gettext_lazy("A button the guest tapped"),
    "referral": gettext_lazy("An ad"),
    "event": gettext_lazy("Something that happened"),
    "none": gettext_lazy("Nothing by itself"),
    "missed_reply": gettext_lazy("Nobody had answered"),
    "tag_added": gettext_lazy("A tag was added"),
    "schedule": gettext_lazy("The schedule"),
    "imported_lead": gettext_lazy("An imported lead"),
    "default": gettext_lazy("No other flow wanted the message"),
    "flow": gettext_lazy("Another flow"),
    "api": gettext_lazy("A program (API)"),
    "person": gettext_lazy("A person"),
}
# What a guest sent that is no text.
SENT: dict[str, Words] = {
    "image": gettext_lazy("a picture"),
    "video": gettext_lazy("a video"),
    "audio": gettext_lazy("a voice message"),
    "voice": gettext_lazy("a voice message"),
    "document": gettext_lazy("a file"),
    "sticker": gettext_lazy("a sticker"),
    "location": gettext_lazy("a place"),
    "contacts": gettext_lazy("a contact"),
}


def began_words(kind: str) -> str:
    """How a run began; empty where nobody noted it."""
    return str(BEGAN.get(kind, kind.replace("_", " ")))


def span_words(span: timedelta) -> str:
    """About how long: 8 s, 12 min, 3 h, 5 days."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return _("%(count)s s") % {"count": seconds}
    if seconds < 3600:
        return _("%(count)s min") % {"count": seconds // 60}
    if seconds < 2 * 86_400:
        return _("%(count)s h") % {"count": seconds // 3600}
    days = seconds // 86_400
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def shown(value: Any, longest: int = 120) -> str:
    """A value of a variable as people read it, cut where it is long."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
