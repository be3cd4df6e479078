"""The signature is compared so that the time it takes tells nothing (FR-WA-002)."""

import hashlib
import hmac

import pytest

from channels_wa.gate import signature


def signed(raw: bytes, secret: bytes) -> bytes:
    return b"sha256=" + hmac.new(secret, raw, hashlib.sha256).hexdigest().encode()


@pytest.mark.parametrize("by", [b"newer", b"older", b"stranger"])
def test_every_digest_goes_through_the_constant_time_comparison(monkeypatch: pytest.MonkeyPatch, by: bytes) -> None:
    compared: list[tuple[bytes, bytes]] = []
    honest = hmac.compare_digest

    def note(ours: bytes, claimed: bytes) -> bool:
        compared.append((ours, claimed))
        return honest(ours, claimed)

    monkeypatch.setattr(hmac, "compare_digest", note)
    is_valid = signature.is_valid(b"oi", signed(b"oi", by), [b"newer", b"older"])
    assert is_valid is (by != b"stranger")
    assert any(ours == claimed for ours, claimed in compared) is is_valid
    assert compared, "the digests were compared in another way"
