"""A button that opens a form inside WhatsApp (Meta calls it flow; flows here are something else)."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from channels_wa.outbox.content.interactive.around import Body, Footer, Header
from channels_wa.outbox.content.part import Part, Said, wrong

MAX_BUTTON = 30


class Screen(Part):
    """Where the form opens, and what it gets."""

    screen: Annotated[Said, Field(max_length=200)] | None = None
    data: dict[str, Any] | None = None


class FormParameters(Part):
    """Which form, and the words on its button."""

    flow_message_version: Literal["3"] = "3"
    flow_id: Annotated[Said, Field(max_length=100)] | None = None
    flow_name: Annotated[Said, Field(max_length=200)] | None = None
    flow_cta: Annotated[Said, Field(max_length=MAX_BUTTON)]
    flow_token: Annotated[Said, Field(max_length=500)] | None = None
    flow_action: Literal["navigate", "data_exchange"] | None = None
    flow_action_payload: Screen | None = None
    mode: Literal["draft", "published"] | None = None

    @model_validator(mode="after")
    def one_form(self) -> "FormParameters":
        """By id or by name."""
        if (self.flow_id is None) == (self.flow_name is None):
            raise wrong("one_form", "flow_id")
        return self


class FormAction(Part):
    """The button."""

    name: Literal["flow"]
    parameters: FormParameters


class Form(Part):
    """In the Cloud API's form."""

    type: Literal["flow"]
    header: Header | None = None
    body: Body
    footer: Footer | None = None
    action: FormAction
