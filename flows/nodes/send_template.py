"""Say something that WhatsApp has approved beforehand: also when the guest has not written for a day."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from flows.engine.bodies import TemplateBody
from flows.engine.context import Context
from flows.engine.events import MessageQueued
from flows.nodes.base import Node, Step, register
from flows.nodes.settings import ShortText

# Where a value goes: a variable of the text or of the header, the header's file or place, or a button.
PLACE: Final = re.compile(r"(?:body|header)\.[A-Za-z0-9_]{1,60}|button\.\d")
MAX_VALUES: Final = 40


def _places(values: dict[str, ShortText]) -> dict[str, ShortText]:
    for place in values:
        if not PLACE.fullmatch(place):
            raise PydanticCustomError("place", "must be named body.1, header.1, header.media or button.0")
    return values


@register("send_template")
class SendTemplate(Node):
    """Send a message template and go on.

    {"id": "n1", "type": "send_template", "name": "lembrete", "language": "pt_BR",
     "values": {"body.1": "{{ contact.first_name }}", "button.0": "agenda"}}
    exits: done, refused (the same too often), error
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,512}\z")]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(_[A-Za-z0-9]{2,4})?\z")]
    values: Annotated[dict[str, ShortText], Field(max_length=MAX_VALUES), AfterValidator(_places)] = {}

    def exits(self) -> tuple[str, ...]:
        return ("done", "refused", "error")

    def run(self, ctx: Context) -> Step:
        values = {place: ctx.render(text) for place, text in self.values.items()}
        said = " ".join([self.name, *values.values()])
        body: TemplateBody = {
            "type": "template",
            "text": said,
            "name": self.name,
            "language": self.language,
            "values": values,
        }
        return Step("done", [MessageQueued(body)])
