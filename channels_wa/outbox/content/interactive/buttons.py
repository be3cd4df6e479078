"""Up to three buttons that answer."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from channels_wa.outbox.content.interactive.around import MAX_BODY, MAX_FOOTER, Body, Footer, Header
from channels_wa.outbox.content.part import Part, Said, Words, each_once

MAX_BUTTONS = 3
MAX_TITLE = 20
MAX_ID = 256


class Reply(Part):
    """What comes back when the button is tapped."""

    id: Annotated[Said, Field(max_length=MAX_ID)]
    title: Annotated[Said, Field(max_length=MAX_TITLE)]


class Button(Part):
    """{"type": "reply", "reply": {"id": "yes", "title": "Sim"}}"""

    type: Literal["reply"]
    reply: Reply


class ButtonsAction(Part):
    """The buttons."""

    buttons: list[Button] = Field(min_length=1, max_length=MAX_BUTTONS)

    @model_validator(mode="after")
    def once(self) -> "ButtonsAction":
        """Meta refuses the same id or the same title twice."""
        each_once([one.reply.id for one in self.buttons], "buttons")
        each_once([one.reply.title for one in self.buttons], "buttons")
        return self


class Buttons(Part):
    """In the Cloud API's form."""

    type: Literal["button"]
    header: Header | None = None
    body: Body
    footer: Footer | None = None
    action: ButtonsAction


class PlainButtons(Part):
    """{"type": "buttons", "text": "Quando?", "buttons": [{"id": "a", "title": "Hoje"}], "footer": "Aurora"}"""

    type: Literal["buttons"]
    text: Annotated[Said, Field(max_length=MAX_BODY)]
    buttons: list[Reply] = Field(min_length=1, max_length=MAX_BUTTONS)
    footer: Annotated[Words, Field(max_length=MAX_FOOTER)] | None = None

    @model_validator(mode="after")
    def once(self) -> "PlainButtons":
        """As above."""
        each_once([one.id for one in self.buttons], "buttons")
        each_once([one.title for one in self.buttons], "buttons")
        return self
