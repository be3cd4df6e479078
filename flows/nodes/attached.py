"""What a message may carry beside or instead of a text: settings, and the bodies they become."""

import re
from typing import Annotated, Any, Final, Self

from pydantic import Field, PlainValidator, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from flows.engine.bodies import (
    MAX_BUTTONS_BODY,
    MAX_CAPTION,
    MAX_PLACE,
    ContactBody,
    LinkBody,
    LocationBody,
    MediaBody,
    MediaKind,
    ReactionBody,
)
from flows.engine.context import Context, NodeFailed
from flows.engine.expressions import ExpressionError
from flows.engine.expressions.outside import OutsideTemplate, in_address
from flows.engine.inputs import Said, Started
from flows.nodes.options import Title, cut
from flows.nodes.settings import PublicId, Settings, ShortText, misread, text_of, wrong

MAX_URL: Final = 2_000
SECURE: Final = re.compile(r"https://[^/?#\s{}@]+(?:[/?#][^\n]*)?")
WEB: Final = re.compile(r"https?://[^/?#\s{}@]+(?:[/?#][^\n]*)?")
PHONE: Final = re.compile(r"\+[1-9][0-9]{7,14}")


def link(pattern: re.Pattern[str]) -> PlainValidator:
    """A validator for addresses that a guest opens or WhatsApp fetches; no secret ever stands in one."""

    def read(source: object) -> OutsideTemplate:
        try:
            template = OutsideTemplate(text_of(source, MAX_URL).strip(), in_address, secrets=False)
        except ExpressionError as error:
            raise misread(error) from error
        if not pattern.fullmatch(template.source):
            begins = "https://" if pattern is SECURE else "http:// or https://"
            raise PydanticCustomError("address", "must be an address that begins with {begins}", {"begins": begins})
        return template

    return PlainValidator(read)


SecureLink = Annotated[OutsideTemplate, link(SECURE)]
WebLink = Annotated[OutsideTemplate, link(WEB)]
FileName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=240)]


class MediaPart(Settings):
    """{"kind": "image", "file": "<public id>", "caption": "Antes"}, or with "link": "https://…" for the file."""

    kind: MediaKind
    file: PublicId | None = None
    link: SecureLink | None = None
    caption: ShortText | None = None
    filename: FileName | None = None

    @model_validator(mode="after")
    def of_its_kind(self) -> Self:
        """One source; a caption and a name where WhatsApp shows them."""
        if (self.file is None) == (self.link is None):
            raise wrong("file", "a file of the salon or a link is needed, and not both")
        if self.caption and self.kind in ("audio", "sticker"):
            raise wrong("caption", f"WhatsApp shows no caption under this kind of file ({self.kind})")
        if self.filename and self.kind != "document":
            raise wrong("filename", "only a document has a name")
        return self

    def body(self, ctx: Context) -> MediaBody:
        """For this guest."""
        caption = cut(ctx.render(self.caption).strip(), MAX_CAPTION) if self.caption else ""
        body: MediaBody = {"type": "media", "text": caption, "media": self.kind}
        if self.file:
            body["file"] = self.file
        if self.link:
            body["link"] = ctx.render(self.link)
        if caption:
            body["caption"] = caption
        if self.filename:
            body["filename"] = self.filename
        # What is counted against repeats; two files without words are two messages.
        body["text"] = caption or self.filename or body.get("link") or self.file or ""
        return body


class LocationPart(Settings):
    """{"latitude": -23.5, "longitude": -46.6, "name": "Salão Aurora", "address": "Rua A, 1"}."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)
    name: ShortText | None = None
    address: ShortText | None = None

    def body(self, ctx: Context) -> LocationBody:
        """For this guest."""
        body: LocationBody = {
            "type": "location",
            "text": f"{self.latitude}, {self.longitude}",
            "latitude": self.latitude,
            "longitude": self.longitude,
        }
        if self.name and (name := ctx.render(self.name).strip()):
            body["name"] = body["text"] = cut(name, MAX_PLACE)
        if self.address and (address := ctx.render(self.address).strip()):
            body["address"] = cut(address, MAX_PLACE)
        return body


class ContactPart(Settings):
    """{"name": "Rui Sá", "phone": "+5511999990000", "email": "rui@exemplo.com", "company": "Salão Aurora"}."""

    name: ShortText
    phone: ShortText
    email: ShortText | None = None
    company: ShortText | None = None

    def body(self, ctx: Context) -> ContactBody:
        """For this guest."""
        name, phone = ctx.render(self.name).strip(), re.sub(r"[\s().-]", "", ctx.render(self.phone)[:40])
        if not name or not PHONE.fullmatch(phone):
            raise NodeFailed("no_card", "a card needs a name, and a phone as +5511999990000")
        body: ContactBody = {
            "type": "contact",
            "text": cut(name, MAX_PLACE),
            "name": cut(name, MAX_PLACE),
            "phone": phone,
        }
        if self.email and (email := ctx.render(self.email).strip()):
            body["email"] = cut(email, MAX_PLACE)
        if self.company and (company := ctx.render(self.company).strip()):
            body["company"] = cut(company, MAX_PLACE)
        return body


class LinkPart(Settings):
    """{"title": "Ver preços", "url": "https://…"}: a button under the text."""

    title: Title
    url: WebLink

    def body(self, ctx: Context, text: str, footer: str) -> LinkBody:
        """For this guest."""
        text = cut(text, MAX_BUTTONS_BODY)
        body: LinkBody = {"type": "cta_url", "text": text, "title": self.title, "url": ctx.render(self.url)}
        if footer:
            body["footer"] = footer
        return body


def emoji(source: object) -> str:
    """A validator for one emoji."""
    text = text_of(source, 32)
    if any(one.isalnum() or one.isspace() for one in text) or text.isascii():
        raise PydanticCustomError("emoji", "must be one emoji")
    return text


Emoji = Annotated[str, PlainValidator(emoji)]


def reaction_body(ctx: Context, shown: str) -> ReactionBody:
    """An emoji on what the guest wrote just now."""
    said: Any = ctx.input.message if isinstance(ctx.input, Started) else ctx.input
    if not isinstance(said, Said) or not said.wamid:
        raise NodeFailed("nothing_to_react_to", "the guest has not written just now")
    return {"type": "reaction", "text": shown, "to": said.wamid}
