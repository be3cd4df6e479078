"""TN-008: a salon's key moves under the newest of SALON_KEYS, and everything it sealed still opens."""

import base64
import os
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command

from config.env import env
from ops.sealing import unwrap_salon_key
from tenants.salons.keys import box_of
from tenants.salons.models import Salon
from tenants.salons.rotating import Rotated, rotate_keys
from tests.world import Salons

AAD = b"somewhere"


def a_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def sealed_key_of(salon: Salon) -> bytes:
    return bytes(Salon.objects.values_list("sealed_key", flat=True).get(pk=salon.pk))


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A new key, in front of those there are."""
    from ops import sealing

    key = a_key()
    monkeypatch.setattr(env, "salon_keys", [key, *env.salon_keys])
    sealing._salon_keys_box.cache_clear()
    yield key
    monkeypatch.undo()
    sealing._salon_keys_box.cache_clear()


def test_every_key_is_wrapped_anew_and_once(salons: Salons, db: None, newer: str) -> None:
    count = Salon.objects.count()
    assert rotate_keys() == Rotated(count, 0)
    assert rotate_keys() == Rotated(0, count)


def test_the_newest_key_alone_opens_what_the_salon_sealed_before(salons: Salons, db: None, newer: str) -> None:
    blob = box_of(salons.aurora.pk).seal(b"a token", AAD)
    rotate_keys()
    box = unwrap_salon_key(sealed_key_of(salons.aurora), salon_id=salons.aurora.pk, keys=[newer])
    assert box.open(blob, AAD) == b"a token"


def test_a_forgotten_older_key_is_said_and_nothing_changes(
    salons: Salons, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ops import sealing

    before = sealed_key_of(salons.aurora)
    monkeypatch.setattr(env, "salon_keys", [a_key()])
    sealing._salon_keys_box.cache_clear()
    with pytest.raises(CommandError, match="no longer in SALON_KEYS"):
        call_command("rotate_salon_keys")
    monkeypatch.undo()
    sealing._salon_keys_box.cache_clear()
    assert sealed_key_of(salons.aurora) == before
