"""The gate checks, keeps, answers."""

import pytest

from channels_wa.gate import app as gate_app
from channels_wa.gate.app import MAX_DELIVERY_BYTES, Gate
from channels_wa.gate.keeper import Kept
from tests.gate.asking import OLDER_SECRET, SECRET, ask, deliver, signed


class Memory:
    """A keeper that remembers, or is told that it cannot."""

    def __init__(self) -> None:
        self.kept: list[tuple[bytes, bytes]] = []
        self.answer: Kept | None = Kept.STORED

    async def put(self, raw: bytes, signature: bytes) -> Kept | None:
        """Remember."""
        self.kept.append((raw, signature))
        return self.answer


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def gate(memory: Memory) -> Gate:
    return Gate(memory, secrets=[SECRET, OLDER_SECRET], verify_token="token é")


async def test_it_keeps_what_meta_signed(gate: Gate, memory: Memory) -> None:
    answer = await deliver(gate, b'{"a": 1}')
    assert (answer.status, answer.body) == (200, b"")
    assert memory.kept == [(b'{"a": 1}', signed(b'{"a": 1}'))]


@pytest.mark.parametrize("raw", [b"", b"\x00\xff{", b"[" * 100_000, b'{"x": NaN}'])
async def test_it_keeps_whatever_is_signed(gate: Gate, memory: Memory, raw: bytes) -> None:
    assert (await deliver(gate, raw)).status == 200
    assert memory.kept[0][0] == raw


async def test_the_secret_before_is_still_good(gate: Gate) -> None:
    assert (await deliver(gate, b"oi", signed(b"oi", OLDER_SECRET))).status == 200


GOOD = signed(b"oi")
FORGED = {
    "of other bytes": signed(b"Oi"),
    "by another secret": signed(b"oi", "guess"),
    "by an empty secret": signed(b"oi", ""),
    "without a prefix": GOOD[7:],
    "with another prefix": b"sha1=" + GOOD[7:],
    "too short": GOOD[:-1],
    "too long": GOOD + b"0",
    "not hexadecimal": b"sha256=" + b"z" * 64,
    "not ASCII": b"sha256=" + b"\xff" * 64,
    "with white space": b"sha256=" + b" " * 64,
    "empty": b"",
}


@pytest.mark.parametrize("signature", FORGED.values(), ids=FORGED.keys())
async def test_a_wrong_signature_is_refused_in_silence(gate: Gate, memory: Memory, signature: bytes) -> None:
    answer = await ask(gate, chunks=[b"oi"], headers=[(b"x-hub-signature-256", signature)])
    assert (answer.status, answer.body, memory.kept) == (403, b"", [])


async def test_no_signature_is_refused(gate: Gate, memory: Memory) -> None:
    answer = await ask(gate, chunks=[b"oi"])
    assert (answer.status, answer.body, memory.kept) == (403, b"", [])


async def test_two_signatures_are_refused(gate: Gate) -> None:
    twice = [(b"x-hub-signature-256", GOOD)] * 2
    assert (await ask(gate, chunks=[b"oi"], headers=twice)).status == 403


async def test_without_secrets_nothing_is_valid() -> None:
    gate = Gate(Memory(), secrets=["", ""], verify_token="t")
    assert (await deliver(gate, b"oi", signed(b"oi", ""))).status == 403


async def test_i02_what_was_not_kept_is_not_acknowledged(gate: Gate, memory: Memory) -> None:
    memory.answer = None
    assert (await deliver(gate, b"oi")).status == 503


async def test_the_largest_delivery_is_kept(gate: Gate) -> None:
    assert (await deliver(gate, b"x" * MAX_DELIVERY_BYTES)).status == 200


@pytest.mark.parametrize("chunks", [[b"x" * (MAX_DELIVERY_BYTES + 1)], [b"x" * (1 << 20)] * 5 + [b"x"]])
async def test_too_large_is_refused_before_the_signature_is_looked_at(gate: Gate, chunks: list[bytes]) -> None:
    answer = await ask(gate, chunks=chunks, headers=[(b"x-hub-signature-256", b"forged")])
    assert (answer.status, answer.body) == (413, b"")


async def test_a_declared_size_is_refused_unread(gate: Gate) -> None:
    assert (await ask(gate, chunks=[], headers=[(b"content-length", b"5242881")])).status == 413


async def test_a_body_in_pieces_is_put_together(gate: Gate, memory: Memory) -> None:
    answer = await ask(gate, chunks=[b"o", b"", b"i"], headers=[(b"x-hub-signature-256", GOOD)])
    assert (answer.status, memory.kept[0][0]) == (200, b"oi")


async def test_half_a_body_is_neither_kept_nor_answered(gate: Gate, memory: Memory) -> None:
    async def cut() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def say(_: object) -> None:
        raise AssertionError("nobody is there to be answered")

    scope = {"type": "http", "method": "POST", "headers": [(b"x-hub-signature-256", signed(b""))]}
    await gate(scope, cut, say)
    assert memory.kept == []


async def test_bodies_that_nobody_vouches_for_are_bounded(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_app, "MAX_ARRIVING_BYTES", 10)
    assert (await ask(gate, chunks=[b"x" * 8] * 2)).status == 503
    assert (await ask(gate, chunks=[b"o", b"i"], headers=[(b"x-hub-signature-256", GOOD)])).status == 200


ASKED = b"hub.mode=subscribe&hub.verify_token=token+%C3%A9&hub.challenge=42"


async def test_it_answers_the_challenge(gate: Gate) -> None:
    answer = await ask(gate, "GET", query=ASKED)
    assert (answer.status, answer.body) == (200, b"42")
    assert answer.headers[b"content-type"].startswith(b"text/plain")


@pytest.mark.parametrize(("word", "status"), [("newer", 200), ("older", 200), ("newer,older", 403), ("", 403)])
async def test_a_token_takes_the_place_of_another(word: str, status: int) -> None:
    """TN-008: both are good until the older is taken away."""
    gate = Gate(Memory(), secrets=[SECRET], verify_token="newer, older")
    query = f"hub.mode=subscribe&hub.verify_token={word}&hub.challenge=42".encode()
    assert (await ask(gate, "GET", query=query)).status == status


@pytest.mark.parametrize(
    "query", [b"", ASKED.replace(b"C3", b"C4"), ASKED.replace(b"subscribe", b"other"), ASKED.rpartition(b"&")[0]]
)
async def test_it_refuses_a_challenge_that_is_not_ours(gate: Gate, query: bytes) -> None:
    answer = await ask(gate, "GET", query=query)
    assert (answer.status, answer.body) == (403, b"")


async def test_an_empty_token_is_no_token() -> None:
    gate = Gate(Memory(), secrets=[SECRET], verify_token="")
    query = b"hub.mode=subscribe&hub.verify_token=&hub.challenge=42"
    assert (await ask(gate, "GET", query=query)).status == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "OPTIONS"])
async def test_other_methods_are_not_allowed(gate: Gate, method: str) -> None:
    answer = await ask(gate, method)
    assert (answer.status, answer.headers[b"allow"]) == (405, b"GET, POST")
