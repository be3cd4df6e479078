"""What the settings of steps are called in sentences."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

NAMES: Final[dict[str, str | Promise]] = {
    "amount": gettext_lazy("how long"),
    "answer": gettext_lazy("kind of answer"),
    "at": gettext_lazy("moment"),
    "body": gettext_lazy("content"),
    "branches": gettext_lazy("branch"),
    "buttons": gettext_lazy("button"),
    "button": gettext_lazy("button"),
    "cases": gettext_lazy("case"),
    "choices": gettext_lazy("choice"),
    "contact": gettext_lazy("contact"),
    "description": gettext_lazy("description"),
    "field": gettext_lazy("field"),
    "flow": gettext_lazy("flow"),
    "footer": gettext_lazy("footer"),
    "gather_s": gettext_lazy("seconds to gather messages"),
    "header": gettext_lazy("header"),
    "headers": gettext_lazy("header"),
    "hours": gettext_lazy("hours"),
    "keywords": gettext_lazy("words"),
    "label": gettext_lazy("label"),
    "language": gettext_lazy("language"),
    "list": gettext_lazy("list"),
    "media": gettext_lazy("file"),
    "member": gettext_lazy("person"),
    "message": gettext_lazy("message"),
    "method": gettext_lazy("method"),
    "name": gettext_lazy("name"),
    "note": gettext_lazy("note"),
    "options": gettext_lazy("option"),
    "purpose": gettext_lazy("purpose"),
    "retries": gettext_lazy("tries"),
    "retry": gettext_lazy("words when not understood"),
    "rows": gettext_lazy("row"),
    "sections": gettext_lazy("section"),
    "tags": gettext_lazy("tags"),
    "text": gettext_lazy("text"),
    "times": gettext_lazy("times"),
    "timeout": gettext_lazy("time-out"),
    "title": gettext_lazy("title"),
    "tries": gettext_lazy("tries"),
    "trigger": gettext_lazy("trigger"),
    "unit": gettext_lazy("unit"),
    "until": gettext_lazy("until"),
    "url": gettext_lazy("address"),
    "value": gettext_lazy("value"),
    "variable": gettext_lazy("variable"),
    "variables": gettext_lazy("variables"),
    "when": gettext_lazy("condition"),
}


def field_name(path: tuple[str, ...]) -> str:
    """A place in a step's settings, from the outside in: `buttons 2 title`."""
    return " ".join(_part(part) for part in path)


def _part(part: str) -> str:
    # People count from one.
    return str(int(part) + 1) if part.isdecimal() else str(NAMES.get(part, part.replace("_", " ")))
