"""Choose the way."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from flows.engine.context import Context
from flows.engine.expressions import ExpressionError
from flows.nodes.base import Node, Step, register
from flows.nodes.options import OTHER_EXITS
from flows.nodes.settings import Formula, Identifier


class Branch(BaseModel):
    """{"id": "adult", "when": "vars.age >= 18", "label": "Adulto"}; `id` is the exit."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    id: Identifier
    when: Formula
    label: str = Field(default="", max_length=60)


@register("condition")
class Condition(Node):
    """Leave by the first branch whose expression is true, or by `else`.

    {"id": "n3", "type": "condition", "branches": [{"id": "adult", "when": "vars.age >= 18", "label": "Adulto"}]}
    exits: one per branch, else; a branch that cannot be worked out is noted and counts as not true
    """

    branches: tuple[Branch, ...] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def ids_of_their_own(self) -> Self:
        """Each branch is one exit."""
        ids = [branch.id for branch in self.branches]
        if len(set(ids)) < len(ids) or OTHER_EXITS.intersection(ids):
            raise PydanticCustomError("branches", "each branch needs an id of its own, and not that of another exit")
        return self

    def exits(self) -> tuple[str, ...]:
        return (*(branch.id for branch in self.branches), "else")

    def run(self, ctx: Context) -> Step:
        note = None
        for branch in self.branches:
            try:
                value = branch.when.value(ctx.scope)
            except ExpressionError as error:
                note = note or f"{branch.id}: {error}"
                continue
            if value is True:
                return Step(branch.id, note=note)
            if value is not False and value is not None:
                note = note or f"{branch.id}: the result is neither true nor false"
        return Step("else", note=note)
