"""The media that a message refers to: known, this number's own, and what they say they are."""

from collections.abc import Iterator

from sandbox.asgi import JSON
from sandbox.graph.errors import GraphError
from sandbox.graph.fields import invalid
from sandbox.media.kinds import MOST, TYPES, fits
from sandbox.numbers import Number
from sandbox.world import World

_LOOPBACK = ("http://127.0.0.1", "http://localhost", "http://[::1]")


def _references(message: JSON) -> Iterator[tuple[str, str, JSON]]:
    """Field, kind and content of each media object in a message."""
    kind = message["type"]
    if kind in MOST:
        yield kind, kind, message[kind]
    elif kind == "interactive":
        header = message["interactive"].get("header") or {}
        if header.get("type") in MOST:
            yield f"interactive.header.{header['type']}", header["type"], header[header["type"]]
    elif kind == "template":
        for place, component in enumerate(message["template"].get("components") or ()):
            parameters = component.get("parameters")
            for number, parameter in enumerate(parameters if isinstance(parameters, list) else ()):
                held = parameter.get(parameter.get("type")) if isinstance(parameter, dict) else None
                if isinstance(held, dict) and parameter["type"] in MOST:
                    field = f"template['components'][{place}]['parameters'][{number}]['{parameter['type']}']"
                    yield field, parameter["type"], held


def _check_link(field: str, link: object) -> None:
    # Meta fetches a link itself. The sandbox does not, but refuses what Meta's servers could never reach.
    if not isinstance(link, str) or not link.startswith(("https://", *_LOOPBACK)):
        raise invalid(f"{field}.link", "must be an https address")


def check_media(world: World, number: Number, message: JSON) -> GraphError | None:
    """Refuse media that Meta does not know; what it would find out only later comes back, to be told as `failed`."""
    if message.get("type", "text") == "text":
        return None
    for field, kind, held in _references(message):
        media_id = held.get("id")
        if not media_id:
            _check_link(field, held.get("link"))
            continue
        medium = world.media.get(str(media_id))
        if medium is None or medium.phone_number_id != number.phone_number_id:
            raise GraphError(100, f"Param {field}['id'] is not a valid whatsapp business account media attachment ID.")
        if not fits(kind, medium.mime_type, world.media.head(medium)):
            wanted = ", ".join(TYPES[kind])
            why = f"The media of {field} is not what it says it is ({medium.mime_type}); {kind} takes {wanted}."
            return GraphError(131053, why)
    return None
