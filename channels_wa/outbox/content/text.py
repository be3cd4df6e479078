"""{"type": "text", "text": "Oi!"}"""

from typing import Annotated

from pydantic import Field

from channels_wa.outbox.content.part import Part, Said

MAX_TEXT = 4096


class Text(Part):
    """A plain text; it stands beside the payload."""

    text: Annotated[Said, Field(max_length=MAX_TEXT)]
