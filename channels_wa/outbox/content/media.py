"""{"link": "https://…/a.jpg", "caption": "Antes"}: a file of ours (`media`), an address, or an id of Meta's."""

from typing import Annotated

from pydantic import Field, StrictBool, model_validator

from channels_wa.outbox.content.part import MAX_LINK, Part, PublicId, Said, SecureAddress, Words, wrong

KINDS = frozenset({"image", "audio", "video", "document", "sticker"})
MAX_CAPTION = 1024
MAX_FILENAME = 240


class Media(Part):
    """What every kind of file has."""

    media: PublicId | None = Field(None, description="A file of the salon.")
    link: Annotated[SecureAddress, Field(max_length=MAX_LINK)] | None = Field(None, description="Meta fetches it.")
    id: Annotated[Said, Field(max_length=100, pattern=r"^[0-9A-Za-z._-]+$")] | None = Field(
        None, description="Of a file that Meta has already."
    )

    @model_validator(mode="after")
    def one_source(self) -> "Media":
        """Where the file comes from is said once."""
        if sum(one is not None for one in (self.media, self.link, self.id)) != 1:
            raise wrong("one_source")
        return self


class Captioned(Media):
    """A picture or a film with words below."""

    caption: Annotated[Words, Field(max_length=MAX_CAPTION)] | None = None


class Document(Captioned):
    """A file with a name."""

    filename: Annotated[Said, Field(max_length=MAX_FILENAME)] | None = None


class Audio(Media):
    """Sound; as `voice` it looks like one that was just spoken."""

    voice: StrictBool | None = None


class Sticker(Media):
    """A sticker has nothing beside its file."""


MODELS: dict[str, type[Part]] = {
    "image": Captioned, "video": Captioned, "document": Document, "audio": Audio, "sticker": Sticker,
}  # fmt: skip
