"""Values: JSON and nothing else. Numbers are decimals while an expression is worked out."""

from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any, Final, TypeAlias

from flows.engine.expressions.errors import ExpressionError
from flows.engine.expressions.scope import MAX_TEXT, Scope

Value: TypeAlias = bool | Decimal | str | list[Any] | dict[str, Any] | None

# 34 digits as in IEEE decimal128; the small exponent keeps a number's text short, not a million zeros.
ARITHMETIC: Final = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emax=99, Emin=-99, traps=[DivisionByZero, InvalidOperation, Overflow]
)
MAX_BITS: Final = 128  # of a whole number that comes from outside
MAX_DEPTH: Final = 32  # of lists and objects in each other
KINDS: Final = {
    type(None): "nothing",
    bool: "yes/no",
    Decimal: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}


def read(raw: object, position: int) -> Value:
    """A value from outside (contact, variables) as one of ours. Exact types only: a subclass may carry behaviour."""
    kind = type(raw)
    if kind is str:
        if len(raw) > MAX_TEXT:  # type: ignore[arg-type]
            raise ExpressionError("the text is too long", position)
        return raw  # type: ignore[return-value]
    if kind in (bool, type(None), list, dict):
        return raw  # type: ignore[return-value]
    if kind is int and raw.bit_length() <= MAX_BITS:  # type: ignore[attr-defined]
        return Decimal(raw)  # type: ignore[arg-type]
    if kind is float and -1e99 < raw < 1e99:  # type: ignore[operator]
        return Decimal(repr(raw))
    if kind is Decimal and raw.is_finite() and abs(raw.adjusted()) < 99:  # type: ignore[attr-defined]
        return raw  # type: ignore[return-value]
    raise ExpressionError("this value cannot be read", position)


def kind_of(value: Value) -> str:
    """What a person would call this kind of value."""
    return KINDS[type(value)]


def as_text(value: Value, scope: Scope, position: int) -> str:
    """How a value is shown in a message; nothing is shown as an empty text."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is Decimal:
        return number_text(value)
    if type(value) is list:
        return joined(value, ", ", scope, position)
    raise ExpressionError("an object cannot be shown as text", position)


def joined(items: list[Any], between: str, scope: Scope, position: int) -> str:
    """The items as text, paid for before they are put together."""
    scope.spend(len(items), position)
    parts: list[str] = []
    for raw in items:
        item = read(raw, position)
        if type(item) in (list, dict):
            raise ExpressionError("a list inside a list cannot be shown as text", position)
        parts.append(as_text(item, scope, position))
    scope.make(sum(map(len, parts)) + len(between) * max(len(parts) - 1, 0), position)
    return between.join(parts)


def number_text(number: Decimal) -> str:
    """`1.50` as `1.5`, `1E+2` as `100`."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def to_json(value: Value, scope: Scope, position: int, depth: int = 0) -> Any:
    """The value as JSON keeps it: whole numbers as int, others as float (exact to 15 digits)."""
    scope.spend(1, position)
    if depth > MAX_DEPTH:
        raise ExpressionError("lists are nested too deeply", position)
    if type(value) is Decimal:
        whole = value.to_integral_value()
        return int(whole) if whole == value and whole.adjusted() < 34 else float(value)
    if type(value) is list:
        return [to_json(read(item, position), scope, position, depth + 1) for item in value]
    if type(value) is dict:
        return {str(key): to_json(read(item, position), scope, position, depth + 1) for key, item in value.items()}
    if type(value) is str:
        scope.make(len(value), position)
    return value


def equals(left: Value, right: Value, scope: Scope, position: int, depth: int = 0) -> bool:
    """Equal in kind and content; different kinds are simply not equal."""
    scope.spend(1, position)
    if type(left) is not type(right):
        return False
    if depth > MAX_DEPTH:
        raise ExpressionError("lists are nested too deeply", position)
    if type(left) is str:
        scope.spend(len(left) >> 5, position)
    if type(left) is list and type(right) is list:
        return len(left) == len(right) and all(
            equals(read(one, position), read(other, position), scope, position, depth + 1)
            for one, other in zip(left, right, strict=True)
        )
    if type(left) is dict and type(right) is dict:
        scope.spend(len(left) + len(right), position)
        return left.keys() == right.keys() and all(
            equals(read(item, position), read(right[key], position), scope, position, depth + 1)
            for key, item in left.items()
        )
    return left == right
