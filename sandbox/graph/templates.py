"""Templates in Graph: list, create, edit, delete (WHATSAPP.md §4)."""

import base64
from urllib.parse import urlencode

from sandbox.asgi import JSON, Call
from sandbox.graph.errors import GraphError
from sandbox.graph.fields import read_object
from sandbox.message_templates.template import Template
from sandbox.world import World

LIMIT, LIMIT_MAX = 25, 1000


def _has_sample(world: World, media_id: str) -> bool:
    medium = world.media.get(media_id)
    return medium is not None and not medium.waba_id


def _matches(template: Template, query: dict[str, str]) -> bool:
    if query.get("name", "") not in template.name:
        return False
    if (said := query.get("content") or query.get("name_or_content")) and not any(
        said.lower() in text.lower() for text in (*template.texts(), template.name)
    ):
        return False
    exact = {"language": template.language, "status": template.status, "category": template.category}
    exact["quality_score"] = template.quality
    return all(query.get(name, value).upper() == value.upper() for name, value in exact.items())


def _cursor(template: Template) -> str:
    return base64.urlsafe_b64encode(template.id.encode()).decode()


def _place(found: list[Template], cursor: str) -> int:
    places = [place for place, template in enumerate(found) if _cursor(template) == cursor]
    if not places:
        raise GraphError(100, "The cursor is not valid any more.")
    return places[0]


async def get_templates(world: World, call: Call, waba_id: str) -> None:
    """GET /{waba_id}/message_templates: a page of them."""
    query = call.query()
    limit = query.get("limit", str(LIMIT))
    if not limit.isdecimal() or not 1 <= int(limit) <= LIMIT_MAX:
        raise GraphError(100, f"limit must be a whole number from 1 to {LIMIT_MAX}.")
    size = int(limit)
    world.templates.greet(waba_id)
    found = [template for template in world.templates.of_account(waba_id) if _matches(template, query)]
    start = 0
    if after := query.get("after"):
        start = _place(found, after) + 1
    elif before := query.get("before"):
        start = max(0, _place(found, before) - size)
    page = found[start : start + size]
    fields = query.get("fields", "")
    answer: JSON = {"data": [template.as_graph(fields, call.base) for template in page]}
    if page:
        cursors = {"before": _cursor(page[0]), "after": _cursor(page[-1])}
        answer["paging"] = {"cursors": cursors}
        others = {name: value for name, value in query.items() if name not in ("after", "before", "access_token")}
        here = f"{call.base}{call.path}?"
        if start + size < len(found):
            answer["paging"]["next"] = here + urlencode({**others, "after": cursors["after"]})
        if start:
            answer["paging"]["previous"] = here + urlencode({**others, "before": cursors["before"]})
    await call.answer_json(answer)


async def post_templates(world: World, call: Call, waba_id: str) -> None:
    """POST /{waba_id}/message_templates: submit a new one."""
    wish = await read_object(call)
    world.templates.greet(waba_id)
    template = world.templates.create(waba_id, wish, lambda media_id: _has_sample(world, media_id))
    world.changed = True
    await call.answer_json({"id": template.id, "status": template.status, "category": template.category})


async def delete_templates(world: World, call: Call, waba_id: str) -> None:
    """DELETE /{waba_id}/message_templates?name=…: every language, or with hsm_id one."""
    query = call.query()
    name, template_id = query.get("name", ""), query.get("hsm_id", "")
    if not name:
        raise GraphError(100, "The parameter name is required.")
    found = [template for template in world.templates.of_account(waba_id) if template.name == name]
    if template_id:
        found = [template for template in found if template.id == template_id]
    if not found:
        raise GraphError(100, f"Message template not found: {name}.", subcode=2593002)
    for template in found:
        world.templates.delete(template)
    world.changed = True
    await call.answer_json({"success": True})


def _own(world: World, template_id: str) -> Template:
    template = world.templates.by_id(template_id)
    if template is None:
        raise GraphError.no_such(template_id, "GET")
    return template


async def get_template(world: World, call: Call, template_id: str) -> None:
    """GET /{template_id}."""
    await call.answer_json(_own(world, template_id).as_graph(call.query().get("fields", ""), call.base))


async def post_template(world: World, call: Call, template_id: str) -> None:
    """POST /{template_id}: change it, which sends it to review again."""
    template = _own(world, template_id)
    world.templates.edit(template, await read_object(call), lambda media_id: _has_sample(world, media_id))
    world.changed = True
    await call.answer_json({"success": True, "id": template.id, "name": template.name, "category": template.category})
