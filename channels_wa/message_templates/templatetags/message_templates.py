"""Tags of the template editor: what is wrong with a field stands below it."""

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("message_templates/told.html", takes_context=True)
def told(context: dict[str, Any], field: str) -> dict[str, Any]:
    """What is said about a field; the page's script fills it in while one types."""
    found = context.get("told") or {}
    return {"field": field, "texts": found.get(field, [])}


@register.inclusion_tag("message_templates/told.html", takes_context=True)
def told_at(context: dict[str, Any], part: str, place: object, name: str) -> dict[str, Any]:
    """The same for one of several: `buttons.0.text`."""
    return told(context, f"{part}.{place}.{name}")
