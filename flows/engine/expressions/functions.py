"""The functions of the language, by name. All pure: the moment and the seed come with the scope."""

from collections.abc import Callable
from importlib import import_module
from typing import Final, NamedTuple, TypeVar

from flows.engine.expressions.errors import ExpressionError
from flows.engine.expressions.operators import Evaluate
from flows.engine.expressions.scope import Scope
from flows.engine.expressions.values import Value, kind_of

Work = Callable[[Scope, int, list[Value]], Value]
Bind = Callable[[list[Evaluate], list[Value], int], Evaluate]
Maker = TypeVar("Maker", bound=Callable[..., object])


class Function(NamedTuple):
    """`bind` makes the closure of one call when the expression is read."""

    at_least: int
    at_most: int
    usage: str
    bind: Bind


FUNCTIONS: Final[dict[str, Function]] = {}


def function(usage: str, at_least: int, at_most: int | None = None) -> Callable[[Work], Work]:
    """Register `work(scope, position, arguments)` under the name that `usage` begins with."""

    def register(work: Work) -> Work:
        def bind(arguments: list[Evaluate], _: list[Value], position: int) -> Evaluate:
            def evaluate(scope: Scope) -> Value:
                scope.spend(2, position)
                return work(scope, position, [argument(scope) for argument in arguments])

            return evaluate

        bound(usage, at_least, at_most)(bind)
        return work

    return register


def bound(usage: str, at_least: int, at_most: int | None = None) -> Callable[[Bind], Bind]:
    """Register a function that wants to see its literal arguments when the expression is read."""

    def register(bind: Bind) -> Bind:
        most = at_least if at_most is None else at_most
        FUNCTIONS[usage.partition("(")[0]] = Function(at_least, most, usage, bind)
        return bind

    return register


def need_text(scope: Scope, position: int, value: Value) -> str:
    """The value as a text to work on; null counts as empty. Reading it is paid by its length."""
    if value is None:
        return ""
    if type(value) is not str:
        raise ExpressionError(f"expected a text, got {kind_of(value)}", position)
    scope.spend(len(value) >> 5, position)
    return value


for module in ("text", "numbers", "dates", "general", "patterns"):
    import_module(f"flows.engine.expressions.{module}_functions")
