"""Expressions and templates as settings of nodes: read once, kept with their source."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from flows.engine.expressions.errors import ExpressionError
from flows.engine.expressions.operators import Evaluate
from flows.engine.expressions.parser import parse
from flows.engine.expressions.scope import MAX_TEXT, Result, Scope
from flows.engine.expressions.values import Value, as_text, to_json

MAX_TEMPLATE: Final = 16_384
MAX_BLANKS: Final = 100
KEPT: Final = 2_048  # sources read lately, over all salons of a process

# Made once: `json.dumps` makes an encoder at each call that asks for anything.
as_json: Final = json.JSONEncoder(ensure_ascii=False).encode

parsed = lru_cache(maxsize=KEPT)(parse)


class Expression:
    """One expression, ready to be worked out."""

    __slots__ = ("evaluate", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self.evaluate: Evaluate = parsed(source)

    def value(self, scope: Scope) -> Value:
        """The result; raises ExpressionError."""
        return scope.run(self.evaluate)

    def json(self, scope: Scope) -> Any:
        """The result as JSON, as variables keep it; raises ExpressionError."""
        return json_of(self.evaluate, scope)


class Template:
    """A text with `{{ expression }}` in it. What an expression gives is put in as it is and never read again."""

    __slots__ = ("constant", "parts", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self.parts = parsed_template(source)
        self.constant = self.parts[0][0] if len(self.parts) == 1 and self.parts[0][1] is None else None

    def render(self, scope: Scope) -> str:
        """The text for this guest; raises ExpressionError."""
        return self.constant if self.constant is not None else scope.run(self.fill)

    def fill(self, scope: Scope) -> str:
        """Work out the blanks and put all together."""
        texts: list[str] = []
        for text, evaluate, position in self.parts:
            shown = text if evaluate is None else blank_text(evaluate, position, scope)
            scope.make(len(shown), position)
            texts.append(shown)
        return small_enough("".join(texts))


def json_of(evaluate: Evaluate, scope: Scope) -> Any:
    """The result as JSON; raises ExpressionError."""
    return small_enough(scope.run(lambda scope: to_json(evaluate(scope), scope, 0)))


def blank_text(evaluate: Evaluate, position: int, scope: Scope) -> str:
    """What stands in a blank for this guest; mistakes are counted from the start of the whole text."""
    try:
        return as_text(evaluate(scope), scope, 0)
    except ExpressionError as error:
        raise ExpressionError(error.message, error.position + position) from None


def small_enough(result: Result) -> Result:
    """The result, if it fits into the output limit in bytes."""
    if not isinstance(result, str | list | dict):
        return result
    text = result if isinstance(result, str) else as_json(result)
    if len(text) > MAX_TEXT // 4 and len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT:
        raise ExpressionError("the result is too large", 0)
    return result


Piece = tuple[str, Evaluate | None, int]
# What a blank gives: a text that stands there as it is, or something to work out.
ReadBlank = Callable[[str, int], tuple[str, Evaluate | None]]


@lru_cache(maxsize=KEPT)
def parsed_template(source: str) -> tuple[Piece, ...]:
    """Texts and blanks in turn, with where each begins."""
    return pieces_of(source, lambda blank, _position: ("", parsed(blank)))


def pieces_of(source: str, read_blank: ReadBlank) -> tuple[Piece, ...]:
    """Texts and blanks in turn; mistakes in a blank are counted from the start of the whole text."""
    pieces: list[Piece] = []
    at = 0
    for start, end in blanks_of(source):
        if start - 2 > at:
            pieces.append((source[at : start - 2], None, at))
        try:
            pieces.append((*read_blank(source[start:end], start), start))
        except ExpressionError as error:
            raise ExpressionError(error.message, error.position + start) from None
        at = end + 2
    if at < len(source) or not pieces:
        pieces.append((source[at:], None, at))
    return tuple(pieces)


def blanks_of(source: str) -> list[tuple[int, int]]:
    """Where the expressions in a text begin and end; raises ExpressionError for a text that cannot be read."""
    if len(source) > MAX_TEMPLATE:
        raise ExpressionError(f"a text has at most {MAX_TEMPLATE} characters", MAX_TEMPLATE)
    found: list[tuple[int, int]] = []
    at = 0
    while (opening := source.find("{{", at)) >= 0:
        closing = end_of_blank(source, opening + 2)
        found.append((opening + 2, closing))
        at = closing + 2
        if len(found) > MAX_BLANKS:
            raise ExpressionError(f"a text has at most {MAX_BLANKS} blanks", opening)
    return found


def end_of_blank(source: str, start: int) -> int:
    """Where the `}}` is; braces inside a quoted text do not count."""
    quote, at = "", start
    while at < len(source):
        character = source[at]
        if quote:
            at += character == "\\"
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif source.startswith("}}", at):
            return at
        at += 1
    raise ExpressionError("}} is missing", start - 2)
