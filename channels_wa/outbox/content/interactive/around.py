"""Header, body and footer: what stands around the things to tap."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from channels_wa.outbox.content.part import MAX_LINK, Part, PublicId, Said, SecureAddress, wrong

MAX_HEADER = MAX_FOOTER = 60
MAX_BODY = 1024
MAX_LIST_BODY = 4096


class Body(Part):
    """{"text": "Quando?"}"""

    text: Annotated[Said, Field(max_length=MAX_BODY)]


class ListBody(Part):
    """Of a list: longer."""

    text: Annotated[Said, Field(max_length=MAX_LIST_BODY)]


class Footer(Part):
    """{"text": "Salão Aurora"}"""

    text: Annotated[Said, Field(max_length=MAX_FOOTER)]


class TextHeader(Part):
    """{"type": "text", "text": "Agenda"}"""

    type: Literal["text"]
    text: Annotated[Said, Field(max_length=MAX_HEADER)]


class HeaderFile(Part):
    """{"link": "https://…"}, {"media": "<a file of ours>"} or {"id": "<of WhatsApp's>"}"""

    media: PublicId | None = None
    link: Annotated[SecureAddress, Field(max_length=MAX_LINK)] | None = None
    id: Annotated[Said, Field(max_length=100)] | None = None
    filename: Annotated[Said, Field(max_length=240)] | None = None

    @model_validator(mode="after")
    def one_source(self) -> "HeaderFile":
        """Where the file comes from is said once."""
        if sum(one is not None for one in (self.media, self.link, self.id)) != 1:
            raise wrong("one_source")
        return self


class Header(Part):
    """A line of text, or a file: {"type": "image", "image": {"link": "https://…"}}"""

    type: Literal["text", "image", "video", "document"]
    text: Annotated[Said, Field(max_length=MAX_HEADER)] | None = None
    image: HeaderFile | None = None
    video: HeaderFile | None = None
    document: HeaderFile | None = None

    @model_validator(mode="after")
    def its_own_part(self) -> "Header":
        """The part that its type names, and no other."""
        parts = {name for name in ("text", "image", "video", "document") if getattr(self, name) is not None}
        if parts != {self.type}:
            raise wrong("header_part", self.type)
        return self
