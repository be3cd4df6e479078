"""A button that opens up to ten rows."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from channels_wa.outbox.content.interactive.around import MAX_FOOTER, MAX_LIST_BODY, Footer, ListBody, TextHeader
from channels_wa.outbox.content.part import Part, Said, Words, each_once, wrong

MAX_ROWS = 10
MAX_BUTTON = 20
MAX_TITLE = 24
MAX_ID = 200
MAX_DESCRIPTION = 72


class Row(Part):
    """A line to choose."""

    id: Annotated[Said, Field(max_length=MAX_ID)]
    title: Annotated[Said, Field(max_length=MAX_TITLE)]
    description: Annotated[Words, Field(max_length=MAX_DESCRIPTION)] | None = None


class Section(Part):
    """Rows under a title; the title may be left out where there is one section."""

    title: Annotated[Said, Field(max_length=MAX_TITLE)] | None = None
    rows: list[Row] = Field(min_length=1, max_length=MAX_ROWS)


class ListAction(Part):
    """The button and what it opens."""

    button: Annotated[Said, Field(max_length=MAX_BUTTON)]
    sections: list[Section] = Field(min_length=1, max_length=MAX_ROWS)

    @model_validator(mode="after")
    def together(self) -> "ListAction":
        """Limits that no section sees alone."""
        rows = [row for section in self.sections for row in section.rows]
        if len(rows) > MAX_ROWS:
            raise wrong("too_many_rows", "sections", most=MAX_ROWS)
        if len(self.sections) > 1 and any(section.title is None for section in self.sections):
            raise wrong("titles_needed", "sections")
        each_once([row.id for row in rows], "sections")
        return self


class List(Part):
    """In the Cloud API's form."""

    type: Literal["list"]
    header: TextHeader | None = None
    body: ListBody
    footer: Footer | None = None
    action: ListAction


class PlainList(Part):
    """{"type": "list", "text": "O quê?", "button": "Ver", "rows": [{"id": "cut", "title": "Corte"}]}"""

    type: Literal["list"]
    text: Annotated[Said, Field(max_length=MAX_LIST_BODY)]
    button: Annotated[Said, Field(max_length=MAX_BUTTON)]
    rows: list[Row] = Field(min_length=1, max_length=MAX_ROWS)
    footer: Annotated[Words, Field(max_length=MAX_FOOTER)] | None = None

    @model_validator(mode="after")
    def once(self) -> "PlainList":
        """No id twice."""
        each_once([row.id for row in self.rows], "rows")
        return self
