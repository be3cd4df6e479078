"""Remember something."""

from flows.engine.context import Context
from flows.engine.events import VariableSet
from flows.nodes.base import Node, Step, register
from flows.nodes.settings import Formula, Name


@register("set_variable")
class SetVariable(Node):
    """Work out a value and keep it as `vars.<variable>`; a text stands in quotes.

    {"id": "n5", "type": "set_variable", "variable": "visits", "value": "default(vars.visits, 0) + 1"}
    exits: done, error (the value cannot be worked out)
    """

    variable: Name
    value: Formula

    def exits(self) -> tuple[str, ...]:
        return ("done", "error")

    def sets(self) -> tuple[str, ...]:
        return (self.variable,)

    def run(self, ctx: Context) -> Step:
        return Step("done", [VariableSet(self.variable, ctx.evaluate(self.value))])
