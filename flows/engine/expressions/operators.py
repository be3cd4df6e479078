"""Closures for operators and paths. Each pays one unit of fuel before it does anything."""

from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import Any, Final, TypeAlias

from flows.engine.expressions.errors import ExpressionError
from flows.engine.expressions.scope import MAX_ITEMS, Scope
from flows.engine.expressions.values import ARITHMETIC, Value, equals, kind_of, read

Evaluate: TypeAlias = Callable[[Scope], Value]

CALCULATE: Final[dict[str, Callable[[Decimal, Decimal], Decimal]]] = {
    "+": ARITHMETIC.add,
    "-": ARITHMETIC.subtract,
    "*": ARITHMETIC.multiply,
    "/": ARITHMETIC.divide,
    "%": ARITHMETIC.remainder,
}
COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def constant(value: Value) -> Evaluate:
    """Always this."""

    def evaluate(scope: Scope) -> Value:
        scope.spend(1, 0)
        return value

    return evaluate


def path(names: tuple[str, ...], position: int) -> Evaluate:
    """`contact.address.city`; what is missing is null, as guests tell us things one by one."""

    def evaluate(scope: Scope) -> Value:
        scope.spend(len(names), position)
        raw: Any = scope.roots
        for name in names:
            if type(raw) is not dict:
                return None
            raw = raw.get(name)
        return read(raw, position)

    return evaluate


def member(of: Evaluate, name: str, position: int) -> Evaluate:
    """One name of an object that was worked out."""

    def evaluate(scope: Scope) -> Value:
        scope.spend(1, position)
        value = of(scope)
        return read(value.get(name), position) if type(value) is dict else None

    return evaluate


def index(of: Evaluate, key: Evaluate, position: int) -> Evaluate:
    """`list[0]` (or from the end, `list[-1]`) and `object["any key"]`."""

    def evaluate(scope: Scope) -> Value:
        scope.spend(1, position)
        value, at = of(scope), key(scope)
        if type(value) is dict and type(at) is str:
            return read(value.get(at), position)
        if type(value) is list and type(at) is Decimal:
            if at == at.to_integral_value() and -len(value) <= at < len(value):
                return read(value[int(at)], position)
            return None
        if value is None:
            return None
        raise ExpressionError(f"{kind_of(at)} cannot pick from {kind_of(value)}", position)

    return evaluate


def make_list(items: list[Evaluate], position: int) -> Evaluate:
    """A list written out."""

    def evaluate(scope: Scope) -> Value:
        scope.spend(1 + len(items), position)
        return [item(scope) for item in items]

    return evaluate


def truth(value: Value, position: int) -> bool:
    """Yes or no; null counts as no."""
    if type(value) is bool:
        return value
    if value is None:
        return False
    raise ExpressionError(f"expected yes or no, got {kind_of(value)}", position)


def unary(sign: str, of: Evaluate, position: int) -> Evaluate:
    """`!yes` or `-number`."""

    def opposite(scope: Scope) -> Value:
        scope.spend(1, position)
        return not truth(of(scope), position)

    def negative(scope: Scope) -> Value:
        scope.spend(1, position)
        value = of(scope)
        if type(value) is not Decimal:
            raise ExpressionError(f"- needs a number, got {kind_of(value)}", position)
        return ARITHMETIC.minus(value)

    return opposite if sign == "!" else negative


def choose(condition: Evaluate, then: Evaluate, other: Evaluate, position: int) -> Evaluate:
    """`condition ? then : other`; only the chosen side is worked out."""

    def evaluate(scope: Scope) -> Value:
        scope.spend(1, position)
        return then(scope) if truth(condition(scope), position) else other(scope)

    return evaluate


def binary(sign: str, left: Evaluate, right: Evaluate, position: int) -> Evaluate:
    """The closure of a sign between two pieces."""
    if sign in ("&&", "||"):
        return both(left, right, position) if sign == "&&" else either(left, right, position)
    if sign in ("==", "!="):
        return equality(sign == "==", left, right, position)
    if sign in COMPARE:
        return comparison(sign, left, right, position)
    return membership(left, right, position) if sign == "in" else calculation(sign, left, right, position)


def both(left: Evaluate, right: Evaluate, position: int) -> Evaluate:
    """And; the right side is not looked at if the left decides."""

    def evaluate(scope: Scope) -> Value:
        scope.spend(1, position)
        return truth(left(scope), position) and truth(right(scope), position)

    return evaluate


def either(left: Evaluate, right: Evaluate, position: int) -> Evaluate:
    """Or; the right side is not looked at if the left decides."""

    def evaluate(scope: Scope) -> Value:
        scope.spend(1, position)
        return truth(left(scope), position) or truth(right(scope), position)

    return evaluate


def equality(wanted: bool, left: Evaluate, right: Evaluate, position: int) -> Evaluate:
    """`==` and `!=` over any two values."""

    def evaluate(scope: Scope) -> Value:
        return equals(left(scope), right(scope), scope, position) is wanted

    return evaluate


def comparison(sign: str, left: Evaluate, right: Evaluate, position: int) -> Evaluate:
    """Order of two numbers or two texts; with null nothing is smaller or larger."""
    compare = COMPARE[sign]

    def evaluate(scope: Scope) -> Value:
        scope.spend(1, position)
        one, other = left(scope), right(scope)
        if type(one) is type(other):
            if type(one) is Decimal:
                return compare(one, other)
            if type(one) is str:
                scope.spend(len(one) >> 5, position)
                return compare(one, other)
        if one is None or other is None:
            return False
        raise ExpressionError(f"{kind_of(one)} and {kind_of(other)} cannot be compared with {sign}", position)

    return evaluate


def membership(left: Evaluate, right: Evaluate, position: int) -> Evaluate:
    """`x in list`, `key in object`."""

    def evaluate(scope: Scope) -> Value:
        scope.spend(1, position)
        one, other = left(scope), right(scope)
        if type(other) is list:
            return any(equals(one, read(item, position), scope, position) for item in other)
        if type(other) is dict and type(one) is str:
            return one in other
        if other is None:
            return False
        raise ExpressionError(f"nothing can be in {kind_of(other)}; for a text use contains(text, part)", position)

    return evaluate


def calculation(sign: str, left: Evaluate, right: Evaluate, position: int) -> Evaluate:
    """Decimal arithmetic; `+` also joins two texts or two lists."""
    calculate = CALCULATE[sign]

    def evaluate(scope: Scope) -> Value:
        scope.spend(1, position)
        one, other = left(scope), right(scope)
        if type(one) is Decimal and type(other) is Decimal:
            try:
                return calculate(one, other)
            except DecimalException as error:
                what = "division by zero" if not other and sign in "/%" else "the number is too large"
                raise ExpressionError(what, position) from error
        if sign == "+" and type(one) is str and type(other) is str:
            scope.make(len(one) + len(other), position)
            return one + other
        if sign == "+" and type(one) is list and type(other) is list:
            if len(one) + len(other) > MAX_ITEMS:
                raise ExpressionError(f"a list has at most {MAX_ITEMS} items", position)
            scope.make(8 * (len(one) + len(other)), position)
            return one + other
        raise ExpressionError(
            f"{kind_of(one)} {sign} {kind_of(other)} is not possible{hint(sign, one, other)}", position
        )

    return evaluate


def hint(sign: str, one: Value, other: Value) -> str:
    """What the writer probably wants."""
    if sign == "+" and str in (type(one), type(other)):
        return "; write text(...) around the other"
    return "; use default(..., 0)" if one is None or other is None else ""
