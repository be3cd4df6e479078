"""Functions over any value."""

from decimal import Decimal

from flows.engine.expressions.errors import ExpressionError
from flows.engine.expressions.functions import function
from flows.engine.expressions.scope import Scope
from flows.engine.expressions.values import Value, as_text, joined, kind_of, read


@function("default(value, instead)", 2)
def default(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """`instead` where the value is missing or empty."""
    value, instead = arguments
    return instead if value is None or value == "" else value


@function("has(value)", 1)
def has(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """Whether there is something: neither null nor empty."""
    return arguments[0] not in (None, "", [], {})


@function("size(text or list)", 1)
def size(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """Characters of a text, items of a list, keys of an object."""
    value = arguments[0]
    if value is None:
        return Decimal(0)
    if type(value) in (str, list, dict):
        return Decimal(len(value))  # type: ignore[arg-type]
    raise ExpressionError(f"{kind_of(value)} has no size", position)


@function("text(value)", 1)
def text(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """The value as it would be shown in a message."""
    return as_text(arguments[0], scope, position)


@function("join(list, between)", 2)
def join(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """The items as one text."""
    items, between = arguments
    if type(items) is not list or type(between) is not str:
        raise ExpressionError("join needs a list and a text", position)
    return joined(items, between, scope, position)


@function("pick(list)", 1)
def pick(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """One item, as chosen by the seed of this input: the same seed, the same item."""
    items = arguments[0]
    if type(items) is not list or not items:
        raise ExpressionError("pick needs a list that is not empty", position)
    return read(items[(scope.seed * 2_654_435_761 + position) % 2**32 % len(items)], position)
