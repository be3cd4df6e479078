"""Functions over texts."""

from decimal import Decimal
from typing import Any

from flows.engine.expressions.errors import ExpressionError
from flows.engine.expressions.functions import function, need_text
from flows.engine.expressions.scope import MAX_ITEMS, Scope
from flows.engine.expressions.values import Value
from flows.engine.normalise import normalise


@function("upper(text)", 1)
def upper(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """In capitals."""
    source = need_text(scope, position, arguments[0])
    scope.make(len(source), position)
    return source.upper()


@function("lower(text)", 1)
def lower(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """In small letters."""
    source = need_text(scope, position, arguments[0])
    scope.make(len(source), position)
    return source.lower()


@function("trim(text)", 1)
def trim(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """Without spaces at both ends."""
    source = need_text(scope, position, arguments[0])
    scope.make(len(source), position)
    return source.strip()


@function("plain(text)", 1)
def plain(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """As keywords are compared: small letters, no accents, no punctuation."""
    source = need_text(scope, position, arguments[0])
    scope.spend(len(source) >> 1, position)  # it looks at each character on its own
    scope.make(len(source), position)
    return normalise(source)


@function("contains(text, part)", 2)
def contains(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """Whether the part stands somewhere in the text."""
    whole, part = (need_text(scope, position, argument) for argument in arguments)
    return part in whole


@function("starts_with(text, part)", 2)
def starts_with(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """Whether the text begins with the part."""
    whole, part = (need_text(scope, position, argument) for argument in arguments)
    return whole.startswith(part)


@function("ends_with(text, part)", 2)
def ends_with(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """Whether the text ends with the part."""
    whole, part = (need_text(scope, position, argument) for argument in arguments)
    return whole.endswith(part)


@function("replace(text, part, by)", 3)
def replace(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """The text with each `part` exchanged."""
    whole, part, by = (need_text(scope, position, argument) for argument in arguments)
    if not part:
        raise ExpressionError("replace needs to know what to replace", position)
    scope.make(len(whole) + whole.count(part) * (len(by) - len(part)), position)
    return whole.replace(part, by)


@function("split(text, at)", 2)
def split(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """The pieces of a text as a list."""
    whole, at = (need_text(scope, position, argument) for argument in arguments)
    if not at:
        raise ExpressionError("split needs to know where", position)
    if whole.count(at) >= MAX_ITEMS:
        raise ExpressionError(f"a list has at most {MAX_ITEMS} items", position)
    scope.make(len(whole), position)
    pieces: list[Any] = whole.split(at)
    return pieces


@function("substring(text, start, length)", 2, 3)
def substring(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """Characters from `start` (0 is the first), `length` of them or all."""
    source = need_text(scope, position, arguments[0])
    start, *length = (clamp(number, len(source), position) for number in arguments[1:])
    end = start + length[0] if length else len(source)
    return source[start:end]


def clamp(number: Value, largest: int, position: int) -> int:
    """A place inside the text."""
    if type(number) is not Decimal:
        raise ExpressionError("substring needs numbers", position)
    return int(min(max(number, Decimal(0)), Decimal(largest)))


@function("first_word(text)", 1)
def first_word(scope: Scope, position: int, arguments: list[Value]) -> Value:
    """What stands before the first space: a first name."""
    words = need_text(scope, position, arguments[0]).split(maxsplit=1)
    return words[0] if words else ""
