"""Regular expressions, by RE2 alone: its time is linear in the text, whatever the pattern."""

from typing import Final

import re2

from flows.engine.expressions.errors import ExpressionError
from flows.engine.expressions.functions import bound, need_text
from flows.engine.expressions.operators import Evaluate
from flows.engine.expressions.scope import Scope
from flows.engine.expressions.values import Value

MAX_PATTERN: Final = 256
MAX_PROGRAM: Final = 10_000  # RE2's own steps; its time is at worst program x text, which is paid for below
MAX_SEARCHED: Final = 4_096  # the longest text message of WhatsApp

OPTIONS: Final = re2.Options()
OPTIONS.log_errors = False
OPTIONS.max_mem = 1 << 20
OPTIONS.never_capture = True


def compiled(source: Value, position: int) -> "re2._Regexp":
    """The pattern, if it is a text that stands in the expression itself and is small."""
    if type(source) is not str:
        raise ExpressionError("the pattern of matches must be written out as a text", position)
    if len(source) > MAX_PATTERN:
        raise ExpressionError(f"a pattern has at most {MAX_PATTERN} characters", position)
    try:
        pattern = re2.compile(source, OPTIONS)
    except (re2.error, UnicodeError) as error:
        raise ExpressionError("this pattern is not understood", position) from error
    if pattern.programsize > MAX_PROGRAM:
        raise ExpressionError("this pattern is too complex", position)
    return pattern


@bound('matches(text, "pattern")', 2)
def matches(arguments: list[Evaluate], literals: list[Value], position: int) -> Evaluate:
    """Whether the pattern is found somewhere in the text."""
    pattern = compiled(literals[1], position)
    text = arguments[0]

    def evaluate(scope: Scope) -> Value:
        scope.spend(2, position)
        searched = need_text(scope, position, text(scope))
        if len(searched) > MAX_SEARCHED:
            raise ExpressionError(f"matches looks at texts of at most {MAX_SEARCHED} characters", position)
        scope.spend(len(searched) * pattern.programsize >> 10, position)
        try:
            return pattern.search(searched) is not None
        except UnicodeError as error:  # half a character, which UTF-8 cannot say
            raise ExpressionError("this text cannot be searched", position) from error

    return evaluate
