"""Functions over numbers."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from flows.engine.expressions.errors import ExpressionError
from flows.engine.expressions.functions import function
from flows.engine.expressions.scope import Scope
from flows.engine.expressions.values import ARITHMETIC, Value, kind_of, read
from flows.engine.numbers import number_in


def need_number(value: Value, position: int) -> Decimal:
    """The value, if it is a number."""
    if type(value) is not Decimal:
        raise ExpressionError(f"expected a number, got {kind_of(value)}", position)
    return value


def rounded(value: Value, places: Value, way: str, position: int) -> Decimal:
    """To 0-6 places after the comma."""
    number, count = need_number(value, position), need_number(places, position)
    if count not in range(7):
        raise ExpressionError("the places after the comma are 0 to 6", position)
    if number.adjusted() >= 28:  # no digit behind the comma is left in 34 digits
        return number
    return number.quantize(Decimal(1).scaleb(-int(count)), rounding=way, context=ARITHMETIC)


@function("number(text)", 1)
def number(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """The number that a text shows (`1.234,50` or `1234.5`); null if it shows none."""
    value = arguments[0]
    if type(value) is Decimal or value is None:
        return value
    if type(value) is not str:
        raise ExpressionError(f"{kind_of(value)} is no number", position)
    return number_in(value)


@function("round(number, places)", 1, 2)
def round_half_up(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """Half goes up, as on a bill."""
    return rounded(arguments[0], arguments[1] if len(arguments) == 2 else Decimal(0), ROUND_HALF_UP, position)


@function("floor(number)", 1)
def floor(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """The whole number below."""
    return rounded(arguments[0], Decimal(0), ROUND_FLOOR, position)


@function("ceil(number)", 1)
def ceil(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """The whole number above."""
    return rounded(arguments[0], Decimal(0), ROUND_CEILING, position)


@function("abs(number)", 1)
def absolute(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """Without its sign."""
    return ARITHMETIC.abs(need_number(arguments[0], position))


@function("min(number, number, ...)", 1, 20)
def smallest(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """The smallest of numbers, or of one list of them."""
    return min(numbers_of(scope, position, arguments))


@function("max(number, number, ...)", 1, 20)
def largest(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """The largest of numbers, or of one list of them."""
    return max(numbers_of(scope, position, arguments))


def numbers_of(scope: Scope, position: int, arguments: list[Value]) -> list[Decimal]:
    """The arguments, or the items of the one list that was given."""
    only = arguments[0]
    items = [read(item, position) for item in only] if type(only) is list and len(arguments) == 1 else arguments
    scope.spend(len(items), position)
    if not items:
        raise ExpressionError("there is no number to choose from", position)
    return [need_number(item, position) for item in items]
