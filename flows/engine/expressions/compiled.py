"""Expressions and templates as settings of nodes: read once, kept with their source."""

import json
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
        return small_enough(scope.run(lambda scope: to_json(self.evaluate(scope), scope, 0)))


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


def blank_text(evaluate: Evaluate, position: int, scope: Scope) -> str:
    """What stands in a blank for this guest; mistakes are counted from the start of the whole text."""
    try:
        return as_text(evaluate(scope), scope, 0)
    except ExpressionError as error:
        raise ExpressionError(error.message, error.position + position) from None


def small_enough(result: Result) -> Result:
    """The result, if it fits into the output limit in bytes."""
    text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
    if len(text) > MAX_TEXT // 4 and len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT:
        raise ExpressionError("the result is too large", 0)
    return result


Piece = tuple[str, Evaluate | None, int]


@lru_cache(maxsize=KEPT)
def parsed_template(source: str) -> tuple[Piece, ...]:
    """Texts and blanks in turn, with where each begins."""
    if len(source) > MAX_TEMPLATE:
        raise ExpressionError(f"a text has at most {MAX_TEMPLATE} characters", MAX_TEMPLATE)
    pieces: list[Piece] = []
    at = 0
    while (opening := source.find("{{", at)) >= 0:
        closing = end_of_blank(source, opening + 2)
        if opening > at:
            pieces.append((source[at:opening], None, at))
        pieces.append(("", parsed_blank(source[opening + 2 : closing], opening + 2), opening + 2))
        at = closing + 2
        if len(pieces) > MAX_BLANKS * 2:
            raise ExpressionError(f"a text has at most {MAX_BLANKS} blanks", opening)
    if at < len(source) or not pieces:
        pieces.append((source[at:], None, at))
    return tuple(pieces)


def parsed_blank(source: str, position: int) -> Evaluate:
    """The expression between the braces; mistakes are counted from the start of the whole text."""
    try:
        return parsed(source)
    except ExpressionError as error:
        raise ExpressionError(error.message, error.position + position) from None


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
