"""Choose the way by a value."""

from functools import cached_property
from typing import Any, Self

from pydantic import Field, model_validator

from flows.engine.context import Context
from flows.engine.expressions import ExpressionError
from flows.engine.normalise import normalise
from flows.engine.numbers import plain_number
from flows.nodes.base import Node, Step, register
from flows.nodes.options import check_ways
from flows.nodes.settings import Formula, Way, wrong


class Case(Way):
    """{"id": "sp", "is": ["São Paulo", "SP"], "label": "São Paulo"}; `id` is the exit."""

    values: tuple[str | int | float | bool, ...] = Field(alias="is", min_length=1, max_length=50)


@register("switch")
class Switch(Node):
    """Leave by the case that names the value, or by `else`. Capitals, accents and punctuation do not matter.

    {"id": "n3", "type": "switch", "value": "vars.city",
     "cases": [{"id": "sp", "is": ["São Paulo", "SP"], "label": "São Paulo"}, {"id": "rio", "is": ["Rio"]}]}
    exits: one per case, else; a value that cannot be worked out is noted and leaves by else
    """

    value: Formula
    cases: tuple[Case, ...] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def each_value_once(self) -> Self:
        """A value leads one way."""
        check_ways([case.id for case in self.cases], "cases")
        seen: set[str] = set()
        for number, case in enumerate(self.cases):
            keys = {key_of(value) for value in case.values}
            if seen & keys or None in keys:
                raise wrong(f"cases.{number}.is", "each value stands in one case only, and says something")
            seen |= {key for key in keys if key}
        return self

    @cached_property
    def ways(self) -> dict[str, str]:
        """Exits by value."""
        return {key: case.id for case in self.cases for value in case.values if (key := key_of(value))}

    def exits(self) -> tuple[str, ...]:
        return (*(case.id for case in self.cases), "else")

    def run(self, ctx: Context) -> Step:
        try:
            value = ctx.evaluate(self.value)
        except ExpressionError as error:
            return Step("else", note=str(error))
        key = key_of(value)
        return Step(self.ways.get(key, "else") if key is not None else "else")


def key_of(value: Any) -> str | None:
    """What two values have in common that are the same for a person: `"2"` and `2`, `Sim!` and `sim`; None for none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return plain_number(value) or normalise(value) or None
    return plain_number(str(value)) if isinstance(value, int | float) else None
