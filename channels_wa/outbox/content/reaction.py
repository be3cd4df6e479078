"""{"to": "wamid.…", "emoji": "👍"}; an empty emoji takes it back."""

from typing import Annotated

from pydantic import Field

from channels_wa.outbox.content.part import Emoji, Part, Said


class Reaction(Part):
    """An emoji on a message."""

    to: Annotated[Said, Field(max_length=200, pattern=r"^wamid\.")]
    emoji: Annotated[Emoji, Field(max_length=32)]
