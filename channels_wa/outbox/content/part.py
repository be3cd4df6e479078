"""What the models of all kinds share: strictness, lengths, and errors as problems that name a field."""

import unicodedata
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from channels_wa.messages.problems import Problem
from channels_wa.outbox.content.words import words_of

MAX_LINK = 2000


class Part(BaseModel):
    """A part of a message. A field nobody knows is refused: at Meta it would silently do nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _said(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "blank")
    return _keepable(value)


def _keepable(value: str) -> str:
    if "\0" in value:
        raise PydanticCustomError("nul", "nul")
    if not value.isascii() and any("\ud800" <= one <= "\udfff" for one in value):
        raise PydanticCustomError("string_unicode", "string_unicode")
    return value


def _web_address(value: str) -> str:
    scheme, _, rest = value.partition("://")
    host = rest.partition("/")[0]
    if scheme not in ("http", "https") or not host or any(one.isspace() or ord(one) < 32 for one in value):
        raise PydanticCustomError("web_address", "web_address")
    return value


def _secure_address(value: str) -> str:
    if not _web_address(value).startswith("https://"):
        raise PydanticCustomError("https", "https")
    return value


def _public_id(value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError:
        raise PydanticCustomError("public_id", "public_id") from None


def _emoji(value: str) -> str:
    # No table of emoji: they are symbols, or digits and letters-like signs that a selector makes into one.
    is_one = any(unicodedata.category(one) == "So" or one in "\ufe0f\u20e3" for one in value)
    if value and (not is_one or any(one.isalpha() or one.isspace() for one in value)):
        raise PydanticCustomError("emoji", "emoji")
    return value


# A text that says something: neither blank nor with what no column can keep.
# Words that may be empty, of signs that the database and JSON can hold.
Words = Annotated[str, AfterValidator(_keepable)]
Said = Annotated[str, AfterValidator(_said)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
SecureAddress = Annotated[str, AfterValidator(_secure_address)]
PublicId = Annotated[str, AfterValidator(_public_id)]
Emoji = Annotated[str, AfterValidator(_emoji)]


def wrong(kind: str, at: str = "", **context: Any) -> PydanticCustomError:
    """An error for model validators: `kind` names its sentence in `words`, `at` the field below the model."""
    return PydanticCustomError(kind, kind, {"at": at, **context})  # type: ignore[arg-type]


def each_once(values: list[str], at: str) -> None:
    """Refuse what comes twice."""
    if len(set(values)) < len(values):
        raise wrong("each_once", at)


def problems_in(model: type[Part], value: object, path: str) -> list[Problem]:
    """What this model finds wrong with a value that stands at `path`; empty where it is right."""
    try:
        model.model_validate(value)
    except ValidationError as error:
        return [
            Problem(
                ".".join(str(one) for one in (path, *found["loc"], found.get("ctx", {}).get("at", "")) if one != ""),
                words_of(found["type"], found.get("ctx", {}), found["input"]),
            )
            for found in error.errors(include_url=False)
        ]
    return []
