"""What a message may say: the API's body and the outbox's payload. The rules stand in channels_wa.outbox.content."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from api.errors import NotYours
from channels_wa.messages.problems import Problem
from channels_wa.outbox import content as contents
from channels_wa.outbox.content import interactive, media
from channels_wa.outbox.content.contacts import Card
from channels_wa.outbox.content.location import Location
from channels_wa.outbox.content.part import Part, problems_in
from channels_wa.outbox.content.template import Template
from crm.inbox.rights import Who, visible_messages
from crm.inbox.sending import Content

JSON = dict[str, Any]
# Which part of the body says what a message of a type says.
PART_OF = {kind: contents.part_of(kind) for kind in contents.TYPES}
PARTS = frozenset(PART_OF.values())


class PartField(serializers.JSONField):
    """An object (or with `many` a list of them) as one of the models describes it; read as it is, checked later.

    Later, because what is right depends on the type of the message, which stands beside it.
    """

    def __init__(self, *models: type[Part], many: bool = False, **options: Any) -> None:
        self.models, self.many = models, many
        super().__init__(required=False, **options)

    def to_internal_value(self, data: Any) -> Any:
        """An object or a list, nothing else."""
        if not isinstance(data, list if self.many else dict):
            raise serializers.ValidationError("Must be a list." if self.many else "Must be an object.")
        return data


class ReactionBody(Part):
    """An emoji on a message of the guest's; empty takes it back."""

    message: UUID
    emoji: str


class MessageParts(serializers.Serializer[Any]):
    """The part that belongs to the type, and no other."""

    media = PartField(media.Document, media.Audio, media.Sticker, help_text="Of image, video, document, audio, sticker")
    template = PartField(Template, help_text="The language may be given as a text, too.")
    location = PartField(Location)
    contacts = PartField(Card, many=True)
    reaction = PartField(ReactionBody)
    interactive = PartField(*interactive.MODELS.values())


def check_parts(data: JSON) -> None:
    """Exactly the part of the type is there. Raises ValidationError."""
    wanted = PART_OF[data["type"]]
    wrong = {name: [f"Does not belong to type {data['type']}."] for name in (PARTS & data.keys()) - {wanted}}
    if wanted not in data:
        wrong[wanted] = [f"Type {data['type']} needs it."]
    if wrong:
        raise serializers.ValidationError(wrong)


def content_of(data: JSON, who: Who) -> Content:
    """The message as the outbox takes it, of what they may see. Raises ValidationError that names each field."""
    kind = data["type"]
    if kind == "text":
        text, payload = data["text"], {}
    else:
        text, payload = "", _payload(kind, data[PART_OF[kind]], who)
    if problems := contents.check(kind, text, payload):
        raise refused(problems)
    if kind == "text":
        return Content(kind, text)
    return Content(kind, contents.words_of(kind, payload), plain(payload) if kind == "interactive" else payload)


def refused(problems: list[Problem]) -> serializers.ValidationError:
    """A refusal that names every field."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        found.setdefault(problem.field, []).append(problem.text)
    return serializers.ValidationError(found)


def _payload(kind: str, part: Any, who: Who) -> JSON:
    if kind == "contacts":
        return {"contacts": part}
    if kind == "reaction":
        return _reaction(part, who)
    if kind in media.KINDS and is_uuid(part.get("id")):
        # Ours is told from WhatsApp's by its form.
        return {"media": part["id"], **{name: value for name, value in part.items() if name != "id"}}
    if kind == "template" and isinstance(part.get("language"), str):
        # The short form that this API has always taken.
        return {**part, "language": {"code": part["language"]}}
    return dict(part)


def _reaction(part: JSON, who: Who) -> JSON:
    if problems := problems_in(ReactionBody, part, "reaction"):
        raise refused(problems)
    quoted = visible_messages(who).filter(public_id=part["message"]).values_list("wamid", flat=True).first()
    if quoted is None:
        raise NotYours("reaction.message", "message")
    return {"to": quoted, "emoji": part["emoji"]}


def is_uuid(value: object) -> bool:
    """Whether this is an id of ours by its form."""
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


def plain(given: JSON) -> JSON:
    """The form that flows write and the inbox draws; what it cannot say stays in the Cloud API's form."""
    text, action = given["body"]["text"], given["action"]
    footer = {"footer": given["footer"]["text"]} if given.get("footer") else {}
    if given["type"] == "button" and not given.get("header"):
        buttons = [dict(one["reply"]) for one in action["buttons"]]
        return {"type": "buttons", "text": text, "buttons": buttons, **footer}
    if given["type"] == "list" and not given.get("header") and len(action["sections"]) == 1:
        [section] = action["sections"]
        if not section.get("title"):
            rows = [dict(row) for row in section["rows"]]
            return {"type": "list", "text": text, "button": action["button"], "rows": rows, **footer}
    return given
