"""{"name": "reminder", "language": {"code": "pt_BR"}, "components": [...]}, as the Cloud API names it.

Only the structure: whether the template exists, is approved and gets what it needs, `message_templates` knows.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from channels_wa.outbox.content.part import Part, Said

MAX_COMPONENTS = 20
MAX_PARAMETERS = 60
_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
COMPONENTS = ("header", "body", "button", "footer", "carousel", "limited_time_offer", "order_status")


def _name(value: str) -> str:
    if not value or not _NAME.issuperset(value):
        raise PydanticCustomError("template_name", "template_name")
    return value


def _language(value: str) -> str:
    tongue, _, land = value.partition("_")
    if not (2 <= len(tongue) <= 3 and tongue.isascii() and tongue.isalpha() and tongue.islower()):
        raise PydanticCustomError("language", "language")
    if "_" in value and not (2 <= len(land) <= 4 and land.isascii() and land.isalnum()):
        raise PydanticCustomError("language", "language")
    return value


def _component(value: str) -> str:
    if value.lower() not in COMPONENTS:
        raise PydanticCustomError("one_of", "one_of", {"expected": ", ".join(COMPONENTS)})
    return value


class Language(Part):
    """{"code": "pt_BR"}"""

    code: Annotated[str, Field(max_length=20), AfterValidator(_language)]
    policy: Annotated[str, Field(max_length=20)] | None = None


class Parameter(Part):
    """A value for a variable; what belongs to its type is checked where the template is known."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: Annotated[Said, Field(max_length=40)]


class Component(Part):
    """The values of one component. What else Meta names there (cards of a carousel) goes as it is."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: Annotated[str, AfterValidator(_component)]
    sub_type: Annotated[Said, Field(max_length=40)] | None = None
    index: int | str | None = None
    parameters: list[Parameter] = Field(default=[], max_length=MAX_PARAMETERS)


class Template(Part):
    """An approved message template and the values for its variables. `shown` is for the bubble, not for Meta."""

    name: Annotated[str, Field(max_length=512), AfterValidator(_name)]
    language: Language
    components: list[Component] = Field(default=[], max_length=MAX_COMPONENTS)
    shown: dict[str, Any] | None = None
