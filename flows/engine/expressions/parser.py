"""Reads an expression once into closures that work it out.

choice  = binary [ "?" choice ":" choice ]
binary  = unary { operator unary }              || && == != < <= > >= in + - * / %   (also: or, and, not)
unary   = { "!" | "-" } member
member  = primary { "." name [ "(" ... ")" ] | "[" choice "]" }      text.upper() is upper(text)
primary = number | text | true | false | null | name | name "(" ... ")" | "(" choice ")" | "[" ... "]"
"""

from typing import Final, NamedTuple

from flows.engine.expressions import operators
from flows.engine.expressions.errors import ExpressionError
from flows.engine.expressions.functions import FUNCTIONS
from flows.engine.expressions.operators import Evaluate
from flows.engine.expressions.scope import ROOTS
from flows.engine.expressions.tokens import Token, tokenise
from flows.engine.expressions.values import Value

MAX_NESTING: Final = 24  # of brackets, while reading
MAX_DEPTH: Final = 64  # of operations in each other, while working out: both stay far from Python's own limit
BINDING: Final = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "in": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip


class Part(NamedTuple):
    """A piece of an expression that was read: how to work it out, and how deep it is."""

    evaluate: Evaluate
    depth: int = 1
    literal: Value = None
    path: tuple[str, ...] = ()


class Parser:
    """One pass over the tokens of one expression."""

    def __init__(self, source: str) -> None:
        self.tokens = tokenise(source)
        self.at = 0
        self.nesting = 0

    def parse(self) -> Evaluate:
        """The whole expression, and nothing after it."""
        part = self.choice()
        if self.token.kind != "end":
            raise self.unexpected()
        return part.evaluate

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def took(self, sign: str) -> bool:
        """Step over `sign` if it comes next."""
        if self.token.kind == "sign" and self.token.value == sign:
            self.at += 1
            return True
        return False

    def expect(self, sign: str) -> None:
        if not self.took(sign):
            raise ExpressionError(f"{sign} is missing here", self.token.position)

    def unexpected(self) -> ExpressionError:
        if self.token.kind == "end":
            return ExpressionError("the expression ends too early", self.token.position)
        return ExpressionError(f"{self.token.value!s} is not expected here", self.token.position)

    def choice(self) -> Part:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise ExpressionError("this is nested too deeply", self.token.position)
        part = self.binary(0)
        position = self.token.position
        if self.took("?"):
            then = self.choice()
            self.expect(":")
            other = self.choice()
            part = combined(
                operators.choose(part.evaluate, then.evaluate, other.evaluate, position), position, part, then, other
            )
        self.nesting -= 1
        return part

    def binary(self, tightness: int) -> Part:
        part = self.unary()
        while self.token.kind == "sign" and BINDING.get(self.token.value, 0) > tightness:
            sign = self.take()
            right = self.binary(BINDING[sign.value])
            evaluate = operators.binary(sign.value, part.evaluate, right.evaluate, sign.position)
            part = combined(evaluate, sign.position, part, right)
        return part

    def unary(self) -> Part:
        signs: list[Token] = []
        while self.token.kind == "sign" and self.token.value in ("!", "-"):
            signs.append(self.take())
        part = self.member()
        for sign in reversed(signs):
            part = combined(operators.unary(sign.value, part.evaluate, sign.position), sign.position, part)
        return part

    def member(self) -> Part:
        part = self.primary()
        while True:
            position = self.token.position
            if self.took("."):
                name = self.name()
                if self.took("("):
                    part = self.call(name, [part, *self.arguments(")")])
                else:
                    part = follow(part, name.value, name.position)
            elif self.took("["):
                key = self.choice()
                self.expect("]")
                part = combined(operators.index(part.evaluate, key.evaluate, position), position, part, key)
            else:
                return part

    def name(self) -> Token:
        if self.token.kind != "name":
            raise ExpressionError("a name is missing here", self.token.position)
        return self.take()

    def primary(self) -> Part:
        token = self.token
        if token.kind in ("number", "text", "literal"):
            self.at += 1
            return Part(operators.constant(token.value), literal=token.value)
        if token.kind == "name":
            self.at += 1
            return self.call(token, self.arguments(")")) if self.took("(") else root(token)
        if self.took("("):
            part = self.choice()
            self.expect(")")
            return part
        if self.took("["):
            items = self.arguments("]")
            evaluate = operators.make_list([item.evaluate for item in items], token.position)
            return combined(evaluate, token.position, *items)
        raise self.unexpected()

    def arguments(self, closing: str) -> list[Part]:
        """What stands between brackets, commas between."""
        parts: list[Part] = []
        if self.took(closing):
            return parts
        while True:
            parts.append(self.choice())
            if self.took(closing):
                return parts
            self.expect(",")

    def call(self, name: Token, arguments: list[Part]) -> Part:
        function = FUNCTIONS.get(name.value)
        if function is None:
            raise ExpressionError(f"there is no function {name.value}", name.position)
        if not function.at_least <= len(arguments) <= function.at_most:
            raise ExpressionError(f"{name.value} is used like this: {function.usage}", name.position)
        # A pattern is part of the drawing, never of what a guest wrote: it must stand here as a text.
        literals = [argument.literal for argument in arguments]
        evaluate = function.bind([argument.evaluate for argument in arguments], literals, name.position)
        return combined(evaluate, name.position, *arguments)


def combined(evaluate: Evaluate, position: int, *parts: Part) -> Part:
    """A piece over other pieces."""
    depth = 1 + max((part.depth for part in parts), default=0)
    if depth > MAX_DEPTH:
        raise ExpressionError("this is nested too deeply", position)
    return Part(evaluate, depth)


def root(token: Token) -> Part:
    """A name that stands alone is one of the few we give out."""
    if token.value not in ROOTS:
        names = ", ".join(ROOTS)
        raise ExpressionError(f"{token.value} is not known; a name begins with one of: {names}", token.position)
    return Part(operators.path((token.value,), token.position), path=(token.value,))


def follow(part: Part, name: str, position: int) -> Part:
    """`a.b.c` is one walk, not three closures."""
    if part.path:
        path = (*part.path, name)
        return Part(operators.path(path, position), path=path)
    return combined(operators.member(part.evaluate, name, position), position, part)


def parse(source: str) -> Evaluate:
    """The expression as a function of a scope; raises ExpressionError with the place of the mistake."""
    return Parser(source).parse()
