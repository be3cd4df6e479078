"""Expressions that nobody would write, many a second: a grammar over a seeded generator of random numbers."""

import random
from collections.abc import Callable
from typing import Any

from flows.engine.expressions.functions import FUNCTIONS
from tests.flows.test_expression_bombs import SIGHT

PATHS = ["contact", "contact.name", "salon.x.y", "message.text", *(f"vars.{name}" for name in SIGHT["vars"])]
LEAVES = ["1", "0", "-1", "0.5", "9" * 34, "'a'", "''", "'2026-12-24'", "true", "false", "null", "[]", "'.*'", *PATHS]
SIGNS = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in", "&&", "||", "and", "or"]
ODD = "()[]{}'\"\\.,?:+-*/%<>=!&| \n\t\0a1_é\ud800$#@`~^;👍٣"
TAILS = [".name", ".__class__", ".upper()", ".size()"]
CALLS = sorted(FUNCTIONS)


def written(rng: random.Random, most: int = 25) -> str:
    """What the grammar allows, with up to `most` leaves."""
    if most <= 1 or rng.random() < 0.15:
        return rng.choice(LEAVES)
    return rng.choice(SHAPES)(rng, most)


def _parts(rng: random.Random, most: int, count: int) -> list[str]:
    return [written(rng, max(1, most // max(1, count))) for _ in range(count)]


def _joined(rng: random.Random, most: int) -> str:
    left, right = _parts(rng, most, 2)
    return f"({left} {rng.choice(SIGNS)} {right})"


def _called(rng: random.Random, most: int) -> str:
    return f"{rng.choice(CALLS)}({', '.join(_parts(rng, most, rng.randint(0, 4)))})"


def _chosen(rng: random.Random, most: int) -> str:
    return "({} ? {} : {})".format(*_parts(rng, most, 3))


def _indexed(rng: random.Random, most: int) -> str:
    return "{}[{}]".format(*_parts(rng, most, 2))


def _listed(rng: random.Random, most: int) -> str:
    return f"[{', '.join(_parts(rng, most, rng.randint(0, 4)))}]"


def _turned(rng: random.Random, most: int) -> str:
    return rng.choice(["!", "-", "not "]) + written(rng, most - 1)


def _asked(rng: random.Random, most: int) -> str:
    return written(rng, most - 1) + rng.choice(TAILS)


SHAPES: list[Callable[[random.Random, int], str]] = [_joined, _called, _chosen, _indexed, _listed, _turned, _asked]


def noise(rng: random.Random) -> str:
    """No language at all: signs that mean something, or any characters of Unicode, halves of pairs among them."""
    if rng.random() < 0.5:
        return "".join(rng.choices(ODD, k=rng.randint(0, 200)))
    widest = rng.choice([0x7F, 0xFFFF, 0x10FFFF])
    return "".join(chr(rng.randint(0, widest)) for _ in range(rng.randint(0, 60)))


def spoilt(rng: random.Random) -> str:
    """An expression with noise somewhere in it."""
    whole = written(rng)
    at = rng.randint(0, len(whole))
    return whole[:at] + noise(rng)[: rng.choice([1, 2, 200])] + whole[at + rng.choice([0, 0, 1, 5]) :]


def world(rng: random.Random, depth: int = 4) -> Any:
    """A JSON value that a guest or another system may have sent; `ops.untrusted` lets no lone surrogate in."""
    kind = rng.randrange(8 if depth else 6)
    if kind >= 6:
        inside = [world(rng, depth - 1) for _ in range(rng.randint(0, 4))]
        return inside if kind == 6 else {_text(rng)[:10]: value for value in inside}
    return [None, True, rng.randint(-(10**40), 10**40), rng.uniform(-1e308, 1e308), _text(rng), "2026-12-24"][kind]


def _text(rng: random.Random) -> str:
    return noise(rng).encode("utf-8", "replace").decode()
