"""CO-001: shares of contacts' keys."""

from time import monotonic

import pytest

from ops import vault
from ops.storage import StorageError

SALON, CONTACT = 7, 3


def test_a_share_is_the_same_until_it_is_destroyed(db: None) -> None:
    first = vault.share(SALON, CONTACT, to_seal=True)
    vault.forget()
    assert vault.share(SALON, CONTACT) == first
    vault.destroy(SALON, [CONTACT])
    assert vault.share(SALON, CONTACT, to_seal=True) != first


def test_two_who_give_the_number_of_an_erased_contact_anew_give_one_share(db: None) -> None:
    """A restored database: another process had the bucket in mind from before, and may not write over its share."""
    vault.share(SALON, CONTACT, to_seal=True)
    vault.destroy(SALON, [CONTACT])
    stale = vault._bucket(SALON, 0)
    first = vault.share(SALON, CONTACT, to_seal=True)
    vault._known[SALON, 0] = (monotonic(), stale)
    assert vault.share(SALON, CONTACT, to_seal=True) == first


def test_a_vault_that_is_away_is_asked_once(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each guest's message would wait for it; what a process knows by heart goes on meanwhile."""
    asked = []

    def away(*place: int) -> bytes:
        asked.append(place)
        raise StorageError("away")

    monkeypatch.setattr(vault, "_read", away)
    for _ in range(3):
        with pytest.raises(StorageError):
            vault.share(SALON, CONTACT, to_seal=True)
    assert len(asked) == 1
