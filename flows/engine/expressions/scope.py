"""What an expression may see, and what it may spend."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from flows.engine.expressions.errors import ExpressionError

# With these an expression stays below 50 ms and 16 MB (I25), also on the bombs of tests/flows/bombs.json.
MAX_FUEL: Final = 10_000  # one unit is about one operation, or 32 characters read
MAX_FUEL_PER_INPUT: Final = 200_000  # all expressions that one guest message may cause
MAX_CHARS: Final = 1_000_000  # made by one expression, in between included
MAX_TEXT: Final = 65_536  # bytes of one text in UTF-8
MAX_ITEMS: Final = 1_000  # of one list
ROOTS: Final = ("contact", "salon", "message", "vars", "trigger", "event")

Result = TypeVar("Result")
LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


class Scope:
    """Names and budget for the expressions of one input. `now` carries the salon's zone; `seed` feeds `pick`."""

    __slots__ = ("chars", "fuel", "fuel_left", "now", "roots", "seed")

    def __init__(self, roots: Mapping[str, Any], now: datetime = LONG_AGO, seed: int = 0) -> None:
        self.roots = roots
        self.now = now
        self.seed = seed
        self.fuel = 0
        self.chars = 0
        self.fuel_left = MAX_FUEL_PER_INPUT

    def spend(self, fuel: int, position: int) -> None:
        """Pay before the work is done, so that work too dear is never begun."""
        self.fuel -= fuel
        if self.fuel < 0:
            raise ExpressionError("this needs too much work", position)

    def make(self, chars: int, position: int) -> None:
        """Pay for `chars` characters about to exist."""
        self.chars -= chars
        self.fuel -= 1 + (chars >> 5)
        if chars > MAX_TEXT or self.chars < 0 or self.fuel < 0:
            raise ExpressionError("the result is too large", position)

    def run(self, evaluate: Callable[["Scope"], Result]) -> Result:
        """Work out one expression (or one whole template) within a fresh budget."""
        given = self.fuel = min(MAX_FUEL, self.fuel_left)
        self.chars = MAX_CHARS
        try:
            return evaluate(self)
        finally:
            self.fuel_left -= given - max(self.fuel, 0)
