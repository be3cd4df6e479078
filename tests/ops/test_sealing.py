"""I26: secrets lie sealed, each for its place, and keys can be rotated."""

import base64
import os

import pytest

from ops.sealing import (
    Box,
    CannotOpen,
    PlatformBox,
    new_salon_key,
    place,
    rewrap_salon_key,
    unwrap_salon_key,
    wrap_salon_key,
)


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


OLD, NEW = key(), key()


def test_gives_back_what_was_sealed() -> None:
    box = PlatformBox("delivery", [NEW])
    assert box.open(box.seal(b"oi", b"id"), b"id") == b"oi"


def test_hides_the_content() -> None:
    assert b"canary" not in PlatformBox("delivery", [NEW]).seal(b"canary", b"id")


def test_does_not_open_in_another_place() -> None:
    box = Box(new_salon_key())
    sealed = box.seal(b"token", place(1, "number", "token", 7))
    with pytest.raises(CannotOpen):
        box.open(sealed, place(2, "number", "token", 7))


def test_does_not_open_for_another_purpose() -> None:
    with pytest.raises(CannotOpen):
        PlatformBox("other", [NEW]).open(PlatformBox("delivery", [NEW]).seal(b"oi", b""), b"")


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x01abcd", b"\x02short", bytes(range(7, 47))])
def test_refuses_what_it_did_not_seal(blob: bytes) -> None:
    with pytest.raises(CannotOpen):
        PlatformBox("delivery", [NEW]).open(blob, b"")
    with pytest.raises(CannotOpen):
        Box(new_salon_key()).open(blob, b"")


def test_one_changed_bit_is_noticed() -> None:
    box = PlatformBox("delivery", [NEW])
    sealed = bytearray(box.seal(b"oi", b""))
    sealed[-1] ^= 1
    with pytest.raises(CannotOpen):
        box.open(bytes(sealed), b"")


def test_an_older_key_still_opens_and_the_newest_seals() -> None:
    old, both = PlatformBox("delivery", [OLD]), PlatformBox("delivery", [NEW, OLD])
    sealed = old.seal(b"oi", b"")
    assert both.open(sealed, b"") == b"oi"
    assert not both.is_newest(sealed)
    assert both.is_newest(both.seal(b"oi", b""))


def test_a_salon_key_survives_rotation() -> None:
    salon_key = new_salon_key()
    wrapped = wrap_salon_key(salon_key, salon_id=1, keys=[OLD])
    rewrapped = rewrap_salon_key(wrapped, salon_id=1, keys=[NEW, OLD])
    sealed = Box(salon_key).seal(b"token", b"")
    assert unwrap_salon_key(rewrapped, salon_id=1, keys=[NEW]).open(sealed, b"") == b"token"
    assert rewrap_salon_key(rewrapped, salon_id=1, keys=[NEW, OLD]) == rewrapped


def test_a_salon_key_does_not_open_for_another_salon() -> None:
    with pytest.raises(CannotOpen):
        unwrap_salon_key(wrap_salon_key(new_salon_key(), salon_id=1, keys=[NEW]), salon_id=2, keys=[NEW])


def test_without_keys_it_refuses_to_start() -> None:
    with pytest.raises(ValueError, match="SALON_KEYS"):
        PlatformBox("delivery", [])
