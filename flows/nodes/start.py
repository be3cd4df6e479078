"""Where every execution begins, and what makes it begin."""

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from flows.engine.context import Context
from flows.engine.normalise import normalise
from flows.nodes.base import Node, Step, register

Keyword = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


@register("start")
class Start(Node):
    """The one node without an edge to it.

    {"id": "n1", "type": "start", "trigger": "any_message"}
    {"id": "n1", "type": "start", "trigger": "first_contact"}
    {"id": "n1", "type": "start", "trigger": "keywords", "keywords": ["agendar", "horário"], "match": "word"}
    exits: done
    """

    trigger: Literal["any_message", "keywords", "first_contact"] = "any_message"
    keywords: tuple[Keyword, ...] = Field(default=(), max_length=50)
    match: Literal["whole", "word"] = "whole"

    @model_validator(mode="after")
    def keywords_if_needed(self) -> Self:
        """Keywords stand there exactly if they start the flow."""
        if (self.trigger == "keywords") != bool(self.keywords):
            raise PydanticCustomError("keywords", "keywords are needed by the trigger keywords, and by no other")
        return self

    @cached_property
    def plain_keywords(self) -> tuple[str, ...]:
        return tuple(normalise(keyword) for keyword in self.keywords)

    def exits(self) -> tuple[str, ...]:
        return ("done",)

    def run(self, ctx: Context) -> Step:
        return Step("done")

    def starts_on(self, text: str, *, first_contact: bool) -> bool:
        """Whether a guest's message begins this flow; capitals, accents and punctuation do not matter."""
        if self.trigger != "keywords":
            return first_contact or self.trigger == "any_message"
        plain = normalise(text)
        if self.match == "whole":
            return plain in self.plain_keywords
        return any(f" {keyword} " in f" {plain} " for keyword in self.plain_keywords)
