"""A button that opens a page."""

from typing import Annotated, Literal

from pydantic import Field

from channels_wa.outbox.content.interactive.around import Body, Footer, Header
from channels_wa.outbox.content.part import MAX_LINK, Part, Said, WebAddress

MAX_TITLE = 20


class Page(Part):
    """{"display_text": "Ver preços", "url": "https://…"}"""

    display_text: Annotated[Said, Field(max_length=MAX_TITLE)]
    url: Annotated[WebAddress, Field(max_length=MAX_LINK)]


class PageAction(Part):
    """The button."""

    name: Literal["cta_url"]
    parameters: Page


class CtaUrl(Part):
    """In the Cloud API's form."""

    type: Literal["cta_url"]
    header: Header | None = None
    body: Body
    footer: Footer | None = None
    action: PageAction
