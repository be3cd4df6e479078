"""Send some guests one way and some another, to see what works."""

import zlib
from typing import Self

from pydantic import Field, model_validator

from flows.engine.context import Context
from flows.nodes.base import Node, Step, register
from flows.nodes.options import check_ways
from flows.nodes.settings import Way, wrong


class Share(Way):
    """{"id": "a", "percent": 50, "label": "Com desconto"}; `id` is the exit."""

    percent: int = Field(ge=0, le=100, strict=True)


@register("split")
class Split(Node):
    """Leave by one of several ways, each taken by its share of the executions; the same one whenever an execution
    comes by again.

    {"id": "n3", "type": "split", "ways": [{"id": "a", "percent": 50}, {"id": "b", "percent": 50, "label": "Sem foto"}]}
    exits: one per way
    """

    ways: tuple[Share, ...] = Field(min_length=2, max_length=10)

    @model_validator(mode="after")
    def all_of_them(self) -> Self:
        """Nobody is left over."""
        check_ways([way.id for way in self.ways], "ways")
        if (total := sum(way.percent for way in self.ways)) != 100:
            raise wrong("ways", f"the percentages make {total}, they must make 100")
        return self

    def exits(self) -> tuple[str, ...]:
        return tuple(way.id for way in self.ways)

    def run(self, ctx: Context) -> Step:
        # By the execution's seed and the node: nothing is kept, and a replay goes the same way.
        left = zlib.crc32(f"{ctx.scope.seed}:{ctx.node}".encode()) % 100
        for way in self.ways:
            left -= way.percent
            if left < 0:
                return Step(way.id)
        return Step(self.ways[-1].id)
