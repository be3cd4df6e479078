"""Texts that leave for other people's servers: addresses, headers, bodies.

A secret stands in them as `{{ secret.NAME }}`, whole and alone in its blank. It is no value of the language: it becomes
a mark (`⟦secret:NAME⟧`) that only the code that makes the call replaces. The marks' own signs are taken out of
everything that an expression gives, so that no guest can ever write one.
"""

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

from flows.engine.expressions.compiled import Template, pieces_of, small_enough
from flows.engine.expressions.errors import ExpressionError
from flows.engine.expressions.operators import Evaluate
from flows.engine.expressions.parser import parse
from flows.engine.expressions.scope import Scope
from flows.engine.expressions.values import as_text

OPENING, CLOSING = "⟦", "⟧"
SIGNS: Final = {ord(OPENING): None, ord(CLOSING): None}
SECRET: Final = re.compile(r"[ \t\r\n]*secret\.([A-Za-z_][A-Za-z0-9_]{0,63})[ \t\r\n]*")


def mark_of(secret: str) -> str:
    """What stands for a secret until the call is made."""
    return f"{OPENING}secret:{secret}{CLOSING}"


def without_signs(value: Any) -> Any:
    """JSON without the signs of marks, in keys too."""
    if isinstance(value, str):
        return value.translate(SIGNS)
    if isinstance(value, list):
        return [without_signs(item) for item in value]
    if isinstance(value, dict):
        return {key.translate(SIGNS): without_signs(item) for key, item in value.items()}
    return value


def as_it_is(text: str) -> str:
    """The text."""
    return text


def in_address(text: str) -> str:
    """As a part of an address: a guest's `/`, `?` or `@` is a sign of the text, never of the address."""
    return quote(text, safe="", errors="replace")


def in_line(text: str) -> str:
    """As a part of a header, which is one line."""
    return " ".join(text.split())


class OutsideTemplate(Template):
    """A template that may hold secrets, and whose values are written so that they stay values."""

    __slots__ = ("secrets", "shown")

    def __init__(self, source: str, shown: Callable[[str], str] = as_it_is, secrets: bool = True) -> None:
        if (at := max(source.find(OPENING), source.find(CLOSING))) >= 0:
            raise ExpressionError("this sign cannot be used here; write a secret as {{ secret.NAME }}", at)
        self.source = source
        self.shown = shown
        names: list[str] = []

        def blank(text: str, _position: int) -> tuple[str, Evaluate | None]:
            if match := SECRET.fullmatch(text):
                if not secrets:
                    raise ExpressionError("a secret cannot be used here")
                names.append(match[1])
                return mark_of(match[1]), None
            return "", parse(text)

        self.parts = pieces_of(source, blank)
        self.secrets = frozenset(names)
        self.constant = (
            "".join(text for text, _, _ in self.parts) if all(one[1] is None for one in self.parts) else None
        )

    def fill(self, scope: Scope) -> str:
        """Work out the blanks and put all together."""
        texts: list[str] = []
        for text, evaluate, position in self.parts:
            made = text
            if evaluate is not None:
                try:
                    made = self.shown(as_text(evaluate(scope), scope, 0).translate(SIGNS))
                except ExpressionError as error:
                    raise ExpressionError(error.message, error.position + position) from None
            scope.make(len(made), position)
            texts.append(made)
        return small_enough("".join(texts))

    @property
    def alone(self) -> Evaluate | None:
        """The expression, if the text is one blank and nothing else."""
        return self.parts[0][1] if len(self.parts) == 1 else None
