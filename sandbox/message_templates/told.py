"""What webhooks tell about templates (WHATSAPP.md §6)."""

from datetime import UTC, datetime

from sandbox.asgi import JSON
from sandbox.message_templates.template import Template

_OF_BUTTON = ("type", "text", "url", "phone_number")


def _about(template: Template) -> JSON:
    return {
        "message_template_id": int(template.id),  # a whole number here, a string in Graph
        "message_template_name": template.name,
        "message_template_language": template.language,
    }


def status(template: Template, event: str, *, reason: str | None = None, other: JSON | None = None) -> JSON:
    """message_template_status_update."""
    about = {**_about(template), "message_template_category": template.category}
    told: JSON = {"event": event, **about, "reason": reason or template.reason}
    if event == "REJECTED":
        told["rejection_info"] = {
            "reason": f"The template was rejected: {template.reason}.",
            "recommendation": "Change the content so that it follows the guidelines, then submit it again.",
        }
    return {**told, **(other or {})}


def pause(title: str, until: float | None) -> JSON:
    """`other_info` of a pause, its end, or what comes after the third."""
    if until is None:
        return {"other_info": {"title": title, "description": "The template can be sent again."}}
    day = datetime.fromtimestamp(until, UTC).strftime("%b %d at %I:%M %p UTC")
    why = f"The template is paused until {day} because it continued to have issues."
    return {"other_info": {"title": title, "description": why}}


def quality(template: Template, previous: str) -> JSON:
    """message_template_quality_update."""
    scores = {"previous_quality_score": previous, "new_quality_score": template.quality}
    return {**scores, **_about(template)}


def category(template: Template, **scores: object) -> JSON:
    """template_category_update: announced by `correct_category`, then confirmed by `new_category`."""
    return {**_about(template), **scores}


def components(template: Template) -> JSON:
    """message_template_components_update."""
    told = {**_about(template), "message_template_element": template.of("BODY").get("text", "")}
    if (header := template.of("HEADER")).get("text"):
        told["message_template_title"] = header["text"]
    if footer := template.of("FOOTER"):
        told["message_template_footer"] = footer.get("text", "")
    if template.buttons:
        told["message_template_buttons"] = [
            {f"message_template_button_{name}": button[name] for name in _OF_BUTTON if name in button}
            for button in template.buttons
        ]
    return told
