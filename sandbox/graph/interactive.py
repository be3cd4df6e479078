"""What an interactive message may hold (WHATSAPP.md §2)."""

from collections.abc import Callable

from sandbox.asgi import JSON
from sandbox.graph.fields import invalid, mapping, sequence, text, unique

BODY_MAX, LIST_BODY_MAX = 1024, 4096
ROWS_MAX = 10


def _header(content: JSON, media: tuple[str, ...]) -> None:
    if "header" not in content:
        return
    header = mapping(content, "header", "interactive.header")
    kind = header.get("type")
    if kind == "text":
        text(header, "text", "interactive.header.text", 60)
    elif kind in media:
        held = mapping(header, str(kind), f"interactive.header.{kind}")
        if not (held.get("id") or held.get("link")):
            raise invalid(f"interactive.header.{kind}", "needs an id or a link")
    else:
        raise invalid("interactive.header.type", f"must be one of text, {', '.join(media)}")


def _around(content: JSON, body_max: int = BODY_MAX) -> JSON:
    """Check body and footer; returns the action."""
    text(mapping(content, "body", "interactive.body"), "text", "interactive.body.text", body_max)
    if "footer" in content:
        text(mapping(content, "footer", "interactive.footer"), "text", "interactive.footer.text", 60)
    return mapping(content, "action", "interactive.action")


def _buttons(content: JSON) -> None:
    _header(content, ("image", "video", "document"))
    buttons = sequence(_around(content), "buttons", "interactive.action.buttons", most=3)
    ids, titles = [], []
    for place, button in enumerate(buttons):
        field = f"interactive.action.buttons[{place}]"
        if button.get("type") != "reply":
            raise invalid(f"{field}.type", "must be reply")
        reply = mapping(button, "reply", f"{field}.reply")
        ids.append(text(reply, "id", f"{field}.reply.id", 256))
        titles.append(text(reply, "title", f"{field}.reply.title", 20))
    unique(ids, "interactive.action.buttons[].reply.id")
    unique(titles, "interactive.action.buttons[].reply.title")


def _list(content: JSON) -> None:
    _header(content, ())
    action = _around(content, LIST_BODY_MAX)
    text(action, "button", "interactive.action.button", 20)
    sections = sequence(action, "sections", "interactive.action.sections", most=10)
    ids: list[str] = []
    for place, section in enumerate(sections):
        field = f"interactive.action.sections[{place}]"
        text(section, "title", f"{field}.title", 24, required=len(sections) > 1)
        for index, row in enumerate(sequence(section, "rows", f"{field}.rows", most=ROWS_MAX)):
            ids.append(text(row, "id", f"{field}.rows[{index}].id", 200))
            text(row, "title", f"{field}.rows[{index}].title", 24)
            text(row, "description", f"{field}.rows[{index}].description", 72, required=False)
    if len(ids) > ROWS_MAX:
        raise invalid("interactive.action.sections[].rows", f"must have at most {ROWS_MAX} rows in all, has {len(ids)}")
    unique(ids, "interactive.action.sections[].rows[].id")


def _named(action: JSON, name: str) -> None:
    if action.get("name") != name:
        raise invalid("interactive.action.name", f"must be {name}")


def _link(content: JSON) -> None:
    _header(content, ("image", "video", "document"))
    action = _around(content)
    _named(action, "cta_url")
    parameters = mapping(action, "parameters", "interactive.action.parameters")
    text(parameters, "display_text", "interactive.action.parameters.display_text", 20)
    url = text(parameters, "url", "interactive.action.parameters.url", 2000)
    if not url.startswith(("https://", "http://")):
        raise invalid("interactive.action.parameters.url", "must be a web address")


def _flow(content: JSON) -> None:
    _header(content, ("image", "video", "document"))
    action = _around(content)
    _named(action, "flow")
    parameters = mapping(action, "parameters", "interactive.action.parameters")
    if str(parameters.get("flow_message_version")) != "3":
        raise invalid("interactive.action.parameters.flow_message_version", "must be 3")
    if parameters.get("flow_action", "navigate") not in ("navigate", "data_exchange"):
        raise invalid("interactive.action.parameters.flow_action", "must be navigate or data_exchange")
    text(parameters, "flow_cta", "interactive.action.parameters.flow_cta", 30)
    if not (parameters.get("flow_id") or parameters.get("flow_name")):
        raise invalid("interactive.action.parameters.flow_id", "is required")


def _ask_location(content: JSON) -> None:
    if "header" in content or "footer" in content:
        raise invalid("interactive.header", "and footer are not allowed here")
    _named(_around(content), "send_location")


def _other(content: JSON) -> None:
    _around(content)


def _product(content: JSON) -> None:
    mapping(content, "action", "interactive.action")


_KINDS: dict[str, Callable[[JSON], None]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _link,
    "flow": _flow,
    "product": _product,
    "product_list": _other,
    "catalog_message": _other,
    "location_request_message": _ask_location,
    "address_message": _other,
    "call": _other,
    "voice_call": _other,
    "carousel": _other,
    "contact_request": _other,
}


def check(content: JSON) -> None:
    """Raise GraphError for an interactive message that Meta would refuse."""
    check_kind = _KINDS.get(str(content.get("type")))
    if check_kind is None:
        raise invalid("interactive.type", f"must be one of {', '.join(_KINDS)}")
    check_kind(content)
