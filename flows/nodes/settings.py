"""Kinds of settings that several nodes have."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from flows.engine.bodies import MAX_BUTTONS_BODY, MAX_TEXT_BODY
from flows.engine.expressions import Expression, ExpressionError, Template

MAX_EXPRESSION: Final = 2_000
LONGEST_WAIT: Final = timedelta(weeks=53)


def template(most: int) -> Callable[[object], Template]:
    """A validator for texts with blanks, of at most so many characters."""

    def read(source: object) -> Template:
        try:
            return Template(text_of(source, most))
        except ExpressionError as error:
            raise misread(error) from error

    return read


def expression(source: object) -> Expression:
    """A validator for expressions."""
    try:
        return Expression(text_of(source, MAX_EXPRESSION))
    except ExpressionError as error:
        raise misread(error) from error


def text_of(source: object, most: int) -> str:
    """The setting, if it is a text that says something."""
    if not isinstance(source, str):
        raise PydanticCustomError("text", "must be a text")
    if not source.strip():
        raise PydanticCustomError("empty", "must not be empty")
    if len(source) > most:
        raise PydanticCustomError("long", "must have at most {most} characters", {"most": most})
    return source


def misread(error: ExpressionError) -> PydanticCustomError:
    """The mistake with its place; the form shows it under that character."""
    place = {"reason": error.message, "position": error.position, "character": error.position + 1}
    return PydanticCustomError("expression", "{reason} (at character {character})", place)


LongText = Annotated[Template, PlainValidator(template(MAX_TEXT_BODY))]
ShortText = Annotated[Template, PlainValidator(template(MAX_BUTTONS_BODY))]
Formula = Annotated[Expression, PlainValidator(expression)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}\z")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}\z")]
PublicId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z")]
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\z")]
Weekday = Annotated[int, Field(ge=1, le=7, strict=True)]  # ISO: 1 is Monday
EventKind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}(\.[a-z][a-z_]{0,39}){1,3}\z")]
GatherSeconds = Annotated[int, Field(ge=0, le=60, strict=True)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]


def wrong(field: str, message: str) -> PydanticCustomError:
    """A mistake of several settings together, shown at one of them."""
    return PydanticCustomError("settings", "{message}", {"message": message, "field": field})


class Settings(BaseModel):
    """A part of a node's settings. What is not known is refused, as in a node."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Way(Settings):
    """One of several exits: {"id": "a", "label": "Manhã"}; `id` is the exit."""

    id: Identifier
    label: Label = ""


class Duration(BaseModel):
    """{"amount": 2, "unit": "days"}. Days and weeks keep the clock on the salon's wall; the others are exact."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    amount: int = Field(ge=1, le=100_000)
    unit: Literal["seconds", "minutes", "hours", "days", "weeks"]

    @model_validator(mode="after")
    def not_too_long(self) -> Self:
        """A year is the longest."""
        if self.length() > LONGEST_WAIT:
            raise PydanticCustomError("long_wait", "must be at most a year")
        return self

    def length(self) -> timedelta:
        return timedelta(**{self.unit: self.amount})

    def after(self, now: datetime) -> datetime:
        """The moment in UTC; `now` is aware and in the salon's zone."""
        if self.unit in ("days", "weeks"):
            return (now + self.length()).astimezone(UTC)
        return now.astimezone(UTC) + self.length()
