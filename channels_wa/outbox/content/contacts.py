"""{"contacts": [{"name": {"formatted_name": "Rui Sá", "first_name": "Rui"}, "phones": [{"phone": "+55…"}]}]}"""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from channels_wa.outbox.content.part import MAX_LINK, Part, Said, WebAddress, wrong

MAX_CARDS = 257
Line = Annotated[Said, Field(max_length=1000)]


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise PydanticCustomError("day", "day") from None


class Name(Part):
    """Meta wants the whole name and at least one part of it."""

    formatted_name: Line
    first_name: Line | None = None
    last_name: Line | None = None
    middle_name: Line | None = None
    prefix: Line | None = None
    suffix: Line | None = None

    @model_validator(mode="after")
    def another_part(self) -> "Name":
        """See the class."""
        if not any((self.first_name, self.last_name, self.middle_name, self.prefix, self.suffix)):
            raise wrong("another_name", "first_name")
        return self


class Phone(Part):
    """A telephone; with `wa_id` the guest can write to it at once."""

    phone: Line | None = None
    wa_id: Line | None = None
    type: Line | None = None


class Email(Part):
    """An e-mail address."""

    email: Line
    type: Line | None = None


class Url(Part):
    """A page."""

    url: Annotated[WebAddress, Field(max_length=MAX_LINK)]
    type: Line | None = None


class Address(Part):
    """Where somebody lives or works."""

    street: Line | None = None
    city: Line | None = None
    state: Line | None = None
    zip: Line | None = None
    country: Line | None = None
    country_code: Line | None = None
    type: Line | None = None


class Company(Part):
    """Where somebody works, and as what."""

    company: Line | None = None
    department: Line | None = None
    title: Line | None = None


class Card(Part):
    """One person."""

    name: Name
    phones: list[Phone] = Field(default=[], max_length=50)
    emails: list[Email] = Field(default=[], max_length=50)
    urls: list[Url] = Field(default=[], max_length=50)
    addresses: list[Address] = Field(default=[], max_length=50)
    org: Company | None = None
    birthday: Annotated[str, AfterValidator(_day)] | None = None


class Contacts(Part):
    """Contact cards."""

    contacts: list[Card] = Field(min_length=1, max_length=MAX_CARDS)
