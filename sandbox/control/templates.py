"""Deciding about templates as Meta's reviewers and their figures would."""

from sandbox.asgi import Call
from sandbox.message_templates.template import CATEGORIES, Template
from sandbox.wishes import BadField, choice, flag, text_field, wish_of
from sandbox.world import World

STATUSES = (
    *("APPROVED", "REJECTED", "PENDING", "PAUSED", "DISABLED", "FLAGGED", "REINSTATED", "IN_APPEAL"),
    *("LIMIT_EXCEEDED", "LOCKED", "ARCHIVED", "UNARCHIVED", "DELETED"),
)
QUALITIES = ("GREEN", "YELLOW", "RED", "UNKNOWN")


async def get_templates(world: World, call: Call) -> None:
    """Every template, or those of ?waba_id=."""
    waba_id = call.query().get("waba_id", "")
    accounts = [waba_id] if waba_id else sorted({number.waba_id for number in world.numbers.registered()})
    found = [template for account in accounts for template in world.templates.of_account(account)]
    await call.answer_json({"results": [template.as_saved() for template in found]})


def _meant(world: World, waba_id: str, name: str, language: str) -> list[Template]:
    found = [
        template
        for template in world.templates.of_account(waba_id)
        if template.name == name and language in ("", template.language)
    ]
    if not found:
        raise BadField("name", "is not a template of this account")
    return found


async def post_templates(world: World, call: Call) -> None:
    """Change the status, the quality or the category of a template; webhooks tell it."""
    wish = await wish_of(call)
    waba_id = text_field(wish, "waba_id", required=True, longest=40)
    name, language = text_field(wish, "name", required=True), text_field(wish, "language")
    status = choice(wish, "status", ("", *STATUSES))
    quality = choice(wish, "quality", ("", *QUALITIES))
    category = choice(wish, "category", ("", *CATEGORIES))
    correct = choice(wish, "correct_category", ("", *CATEGORIES))
    components = flag(wish, "announce_components", False)
    if not (status or quality or category or correct or components):
        raise BadField("status", "or quality, category, correct_category or announce_components is required")
    for template in _meant(world, waba_id, name, language):
        if quality:
            world.templates.set_quality(template, quality)
        if correct:
            world.templates.announce_category(template, correct)
        if category:
            world.templates.set_category(template, category)
        if components:
            world.templates.announce_components(template)
        if status == "PAUSED":
            world.templates.pause(template)
        elif status in ("UNARCHIVED", "DELETED"):
            world.templates.archive(template, status)
        elif status:
            default = "INVALID_FORMAT" if status == "REJECTED" else "NONE"
            world.templates.set_status(template, status, reason=text_field(wish, "reason") or default)
    world.changed = True
    results = _meant(world, waba_id, name, language) if status != "DELETED" else []
    await call.answer_json({"results": [template.as_saved() for template in results]})
