"""I25 for all that reads from outside: spoilt inputs give a value or the declared refusal, soon and small.

FUZZ_PARSERS=1000000 is the long form; the expressions have theirs in tests/flows (FUZZ_EXPRESSIONS).
"""

import os
import random
import time
import tracemalloc

import pytest

from tests.security.parsers import Parser, parsers, spoilt

ALL = list(parsers())
CASES = int(os.environ.get("FUZZ_PARSERS", "3750")) // len(ALL)
SEED = int(os.environ.get("FUZZ_SEED", "11"))
MOST_S, MOST_BYTES = 0.05, 16 * 1024 * 1024
# Memory is measured of every so many: measuring takes longer than reading.
MEASURED = 40


def took_s(parser: Parser, raw: bytes) -> float:
    """How long the process worked on it. Anything raised that is not declared goes on."""
    began = time.process_time()
    try:
        parser.call(raw)
    except parser.raises:
        pass
    return time.process_time() - began


@pytest.mark.parametrize("parser", ALL, ids=lambda one: one.name)
def test_i25_spoilt_inputs(parser: Parser) -> None:
    rng = random.Random(f"{SEED} {parser.name}")
    slowest, largest = 0.0, 0
    for number in range(CASES):
        raw = spoilt(rng.choice(parser.seeds), rng)
        if number % MEASURED == 0:
            tracemalloc.start()
            took_s(parser, raw)
            largest = max(largest, tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            assert largest <= MOST_BYTES, raw[:300]
        took = took_s(parser, raw)
        if took > MOST_S:
            # The machine may have been busy with its own memory.
            took = min(took, took_s(parser, raw), took_s(parser, raw))
        assert took <= MOST_S, (took, len(raw), raw[:300])
        slowest = max(slowest, took)
    print(f"{parser.name}: {CASES} cases, slowest {slowest * 1000:.1f} ms, largest {largest / 1024:.0f} KB")


def test_i25_every_parser_reads_what_it_is_for() -> None:
    """Spoilt inputs of one that refuses everything would prove nothing."""
    for parser in ALL:
        for seed in parser.seeds[:3]:
            assert took_s(parser, seed) < 1


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("field", b"1e9999999999999999"),
        ("address", b"http://@"),
        ("address", b"http://user@]"),
        ("csv", b"a,b"),
        ("wish", b"\x92\xf0\x9f\x9f" * 60),
        ("segment", b'{"field": "consent.marketing", "op": "is", "value": []}'),
        ("origin", b"https://" + b"9" * 60_000),
    ],
)
def test_i25_what_was_found_once(name: str, raw: bytes) -> None:
    """Each of these raised what nobody declared, or took too long."""
    [parser] = [one for one in ALL if one.name == name]
    assert min(took_s(parser, raw) for _ in range(3)) < MOST_S
