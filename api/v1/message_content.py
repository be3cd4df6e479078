"""What a message may say: one serializer for each type, limits of WHATSAPP.md §2."""

from typing import Any

from rest_framework import serializers

from api.fields import Body
from crm.inbox.sending import MAX_TEXT, Content

MAX_CAPTION = 1024
MAX_BUTTONS_TEXT = 1024
MAX_HEADER = MAX_FOOTER = 60
MAX_BUTTONS, MAX_BUTTON_TITLE, MAX_BUTTON_ID = 3, 20, 256
MAX_ROWS, MAX_ROW_TITLE, MAX_ROW_ID, MAX_ROW_DESCRIPTION = 10, 24, 200, 72
MEDIA = ("image", "audio", "video", "document", "sticker")
WITH_CAPTION = frozenset({"image", "video", "document"})


class MediaIn(Body):
    """{"link": "https://…", "caption": "…"}; Meta fetches the file."""

    link = serializers.URLField(max_length=2000)
    caption = serializers.CharField(max_length=MAX_CAPTION, required=False)
    filename = serializers.CharField(max_length=240, required=False, help_text="Of a document.")

    def validate_link(self, link: str) -> str:
        """Only what Meta can fetch."""
        if not link.startswith("https://"):
            raise serializers.ValidationError("Must be an https address.")
        return link


class LocationIn(Body):
    """A place on the map."""

    latitude = serializers.FloatField(min_value=-90, max_value=90)
    longitude = serializers.FloatField(min_value=-180, max_value=180)
    name = serializers.CharField(max_length=1000, required=False)
    address = serializers.CharField(max_length=1000, required=False)


class TemplateIn(Body):
    """An approved message template, as the Cloud API names it."""

    name = serializers.RegexField(r"^[a-z0-9_]{1,512}\Z", error_messages={"invalid": "Must be a template's name."})
    language = serializers.RegexField(
        r"^[a-z]{2,3}(_[A-Z]{2})?\Z", error_messages={"invalid": "Must be a language code, e.g. pt_BR."}
    )
    components = serializers.ListField(child=serializers.DictField(), max_length=20, required=False)


class TextPart(Body):
    """{"text": "…"}"""

    text = serializers.CharField(max_length=MAX_TEXT)


class FooterIn(Body):
    """{"text": "…"}"""

    text = serializers.CharField(max_length=MAX_FOOTER)


class HeaderIn(Body):
    """{"type": "text", "text": "…"}"""

    type = serializers.ChoiceField(choices=("text",))
    text = serializers.CharField(max_length=MAX_HEADER)


class ReplyIn(Body):
    """What comes back when the button is tapped."""

    id = serializers.CharField(max_length=MAX_BUTTON_ID)
    title = serializers.CharField(max_length=MAX_BUTTON_TITLE)


class ButtonIn(Body):
    """{"type": "reply", "reply": {"id": "yes", "title": "Sim"}}"""

    type = serializers.ChoiceField(choices=("reply",))
    reply = ReplyIn()


class RowIn(Body):
    """A line of a list."""

    id = serializers.CharField(max_length=MAX_ROW_ID)
    title = serializers.CharField(max_length=MAX_ROW_TITLE)
    description = serializers.CharField(max_length=MAX_ROW_DESCRIPTION, required=False)


class SectionIn(Body):
    """Rows under a title; the title may be left out where there is one section."""

    title = serializers.CharField(max_length=MAX_ROW_TITLE, required=False)
    rows = RowIn(many=True, min_length=1, max_length=MAX_ROWS)  # type: ignore[call-arg]


class LinkIn(Body):
    """A button that opens a page."""

    display_text = serializers.CharField(max_length=MAX_BUTTON_TITLE)
    url = serializers.URLField(max_length=2000)


class ActionIn(Body):
    """`buttons` of a button message; `button` and `sections` of a list; `name` and `parameters` of a link."""

    buttons = ButtonIn(many=True, min_length=1, max_length=MAX_BUTTONS, required=False)  # type: ignore[call-arg]
    button = serializers.CharField(max_length=MAX_BUTTON_TITLE, required=False)
    sections = SectionIn(many=True, min_length=1, max_length=MAX_ROWS, required=False)  # type: ignore[call-arg]
    name = serializers.ChoiceField(choices=("cta_url",), required=False)
    parameters = LinkIn(required=False)


ACTION_OF = {"button": {"buttons"}, "list": {"button", "sections"}, "cta_url": {"name", "parameters"}}


class InteractiveIn(Body):
    """Buttons, a list or a link, in the Cloud API's own form."""

    type = serializers.ChoiceField(choices=tuple(ACTION_OF))
    header = HeaderIn(required=False)
    body = TextPart()
    footer = FooterIn(required=False)
    action = ActionIn()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Each type with its own action."""
        kind, action = attrs["type"], attrs["action"]
        wanted = ACTION_OF[kind]
        wrong = {name: ["This type needs it."] for name in wanted - action.keys()}
        wrong |= {name: ["Does not belong to this type."] for name in action.keys() - wanted}
        if wrong:
            raise serializers.ValidationError({"action": wrong})
        if kind != "list" and len(attrs["body"]["text"]) > MAX_BUTTONS_TEXT:
            raise serializers.ValidationError({"body": {"text": [f"Must have at most {MAX_BUTTONS_TEXT} characters."]}})
        if kind == "button":
            _each_once([one["reply"] for one in action["buttons"]], "buttons")
        if kind == "list":
            _check_list(action["sections"])
        return attrs


def content_of(data: dict[str, Any]) -> Content:
    """The message as the outbox takes it. Raises ValidationError where the type's own part is missing."""
    kind = data["type"]
    if kind == "text":
        return Content("text", _part(data, "text"))
    if kind in MEDIA:
        return _media(kind, dict(_part(data, "media")))
    if kind == "template":
        template = dict(_part(data, "template"))
        return Content("template", "", {**template, "language": {"code": template["language"]}})
    if kind == "location":
        place = dict(_part(data, "location"))
        return Content("location", place.get("name", ""), place)
    return _interactive(dict(_part(data, "interactive")))


# Which part of the body says what a message of a type says.
PART_OF = {**dict.fromkeys(MEDIA, "media"), **{name: name for name in ("text", "template", "location", "interactive")}}
PARTS = frozenset(PART_OF.values())


def check_parts(data: dict[str, Any]) -> None:
    """Exactly the part of the type is there. Raises ValidationError."""
    wanted = PART_OF[data["type"]]
    wrong = {name: [f"Does not belong to type {data['type']}."] for name in (PARTS & data.keys()) - {wanted}}
    if wanted not in data:
        wrong[wanted] = [f"Type {data['type']} needs it."]
    if wrong:
        raise serializers.ValidationError(wrong)


def _part(data: dict[str, Any], name: str) -> Any:
    return data[name]


def _media(kind: str, media: dict[str, Any]) -> Content:
    if "caption" in media and kind not in WITH_CAPTION:
        raise serializers.ValidationError({"media": {"caption": [f"A message of type {kind} has no caption."]}})
    if "filename" in media and kind != "document":
        raise serializers.ValidationError({"media": {"filename": ["Only a document has a file name."]}})
    return Content(kind, media.get("caption", ""), media)


def _interactive(given: dict[str, Any]) -> Content:
    text, action = given["body"]["text"], given["action"]
    footer = {"footer": given["footer"]["text"]} if "footer" in given else {}
    # The plain form is what flows write and the inbox draws; what it cannot say stays in the Cloud API's form.
    if given["type"] == "button" and "header" not in given:
        buttons = [dict(one["reply"]) for one in action["buttons"]]
        return Content("interactive", text, {"type": "buttons", "text": text, "buttons": buttons, **footer})
    if given["type"] == "list" and "header" not in given and len(action["sections"]) == 1:
        [section] = action["sections"]
        if "title" not in section:
            rows = [dict(row) for row in section["rows"]]
            plain = {"type": "list", "text": text, "button": action["button"], "rows": rows, **footer}
            return Content("interactive", text, plain)
    return Content("interactive", text, given)


def _check_list(sections: list[dict[str, Any]]) -> None:
    rows = [row for section in sections for row in section["rows"]]
    if len(rows) > MAX_ROWS:
        raise serializers.ValidationError({"action": {"sections": [f"Must have at most {MAX_ROWS} rows together."]}})
    if len(sections) > 1 and any("title" not in section for section in sections):
        raise serializers.ValidationError({"action": {"sections": ["With several sections each needs a title."]}})
    _each_once(rows, "sections")


def _each_once(options: list[dict[str, Any]], where: str) -> None:
    ids = [option["id"] for option in options]
    if len(set(ids)) < len(ids):
        raise serializers.ValidationError({"action": {where: ["Each id must be there once."]}})
