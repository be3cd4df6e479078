"""What the tests of people stand on: the guest of the pages' tests, and short ways to more."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from channels_wa.messages.models import Identity
from crm.contacts.models import Contact
from ops import clock
from ops.salon import inside
from tests.portal.conftest import Guest, guest
from tests.world import Salons

__all__ = ["Guest", "guest"]

Make = Callable[..., Contact]


@pytest.fixture
def aurora(salons: Salons, db: None) -> Iterator[None]:
    """Inside of Aurora."""
    with inside(salons.aurora.pk):
        yield


@pytest.fixture
def make(salons: Salons, db: None) -> Make:
    """A contact of Aurora's: make("Ana", phone="+55…", tags=["vip"])."""

    def made(name: str, phone: str = "", **values: Any) -> Contact:
        with inside(salons.aurora.pk):
            contact = Contact.objects.create(name=name, **values)
            if phone:
                Identity.objects.create(
                    portfolio="1" * 16, kind="phone", value=phone, contact_id=contact.pk, created_at=clock.now()
                )
            return contact

    return made
