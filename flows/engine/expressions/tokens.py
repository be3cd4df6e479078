"""Cuts the source of an expression into tokens."""

import re
from decimal import Decimal
from typing import Any, Final, NamedTuple

from flows.engine.expressions.errors import ExpressionError

MAX_SOURCE: Final = 4_096
MAX_TOKENS: Final = 1_000
MAX_DIGITS: Final = 34

# Each alternative starts with other characters and repeats one class only, so that reading is linear in the source.
TOKEN: Final = re.compile(
    r"""[ \t\r\n]*(?:
    (?P<number>[0-9]+(?:\.[0-9]+)?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]])
    |(?P<end>\Z)
    )""",
    re.VERBOSE,
)
ESCAPE: Final = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "/": "/"}
WORDS: Final = {"and": "&&", "or": "||", "not": "!", "in": "in"}
LITERALS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None}


class Token(NamedTuple):
    """`kind` is number, text, literal, name, sign or end."""

    kind: str
    value: Any
    position: int


def tokenise(source: str) -> list[Token]:
    """All tokens of the source, an `end` last."""
    if len(source) > MAX_SOURCE:
        raise ExpressionError(f"an expression has at most {MAX_SOURCE} characters", MAX_SOURCE)
    tokens: list[Token] = []
    position = 0
    while True:
        token, position = next_token(source, position)
        tokens.append(token)
        if token.kind == "end":
            return tokens
        if len(tokens) > MAX_TOKENS:
            raise ExpressionError("this expression is too long", token.position)


def next_token(source: str, position: int) -> tuple[Token, int]:
    """The token at `position`, and where the next one begins."""
    match = TOKEN.match(source, position)
    if match is None or match.lastgroup is None:
        raise unreadable(source, position)
    kind, text = match.lastgroup, match[match.lastgroup]
    start = match.start(kind)
    if kind == "number":
        return Token(kind, number(source, text, start), start), match.end()
    if kind == "text":
        return Token(kind, unescape(text[1:-1], start + 1), start), match.end()
    if kind == "name" and text in WORDS:
        return Token("sign", WORDS[text], start), match.end()
    if kind == "name" and text in LITERALS:
        return Token("literal", LITERALS[text], start), match.end()
    return Token(kind, text, start), match.end()


def number(source: str, text: str, position: int) -> Decimal:
    """Plain decimal notation only: `1e999` would be a number nobody means and everybody pays for."""
    following = source[position + len(text) : position + len(text) + 1]
    if following.isalpha() or following == "_":
        raise ExpressionError("a letter cannot follow a number", position + len(text))
    if len(text) > MAX_DIGITS:
        raise ExpressionError(f"a number has at most {MAX_DIGITS} digits", position)
    return Decimal(text)


def unescape(text: str, position: int) -> str:
    """The text that a literal stands for."""

    def replace(match: re.Match[str]) -> str:
        escape = match[1]
        if len(escape) == 5:
            # NUL and halves of a pair cannot be stored by PostgreSQL.
            if escape.lower() == "u0000" or (escape[1].lower() == "d" and escape[2].lower() in "89abcdef"):
                raise ExpressionError("this character cannot be written", position + match.start())
            return chr(int(escape[1:], 16))
        if escape not in ESCAPES:
            raise ExpressionError("unknown escape in a text", position + match.start())
        return ESCAPES[escape]

    return ESCAPE.sub(replace, text) if "\\" in text else text


def unreadable(source: str, position: int) -> ExpressionError:
    """What to say of a place where no token begins."""
    while source[position : position + 1] in (" ", "\t", "\r", "\n") and source[position : position + 1]:
        position += 1
    sign = source[position]
    if sign in "\"'":
        return ExpressionError("this text is not closed", position)
    return ExpressionError(f"{sign!r} is not understood here" + ("; compare with ==" if sign == "=" else ""), position)
