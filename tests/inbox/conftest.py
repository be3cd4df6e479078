"""Beatriz wrote to Aurora; a second guest, and the salon's rules of seeing."""

from collections.abc import Callable
from typing import Any

import pytest

from crm.consent import policy
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from ops import clock
from ops.salon import inside
from tenants.salons.models import Salon
from tests.portal.conftest import Guest, _one_transaction, guest
from tests.world import Browser, Salons

__all__ = ["Guest", "_one_transaction", "guest"]

Rule = Callable[..., None]
NewTalk = Callable[..., Conversation]


@pytest.fixture(autouse=True)
def _fresh_rules() -> None:
    policy.forget()


@pytest.fixture(autouse=True)
def _in_english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def rule(salons: Salons, alice: Browser) -> Rule:
    """Set the salon's rules of seeing."""

    def change(**values: Any) -> None:
        with inside(salons.aurora.pk):
            policy.change(values, by=alice.member)

    return change


@pytest.fixture
def talk(guest: Guest) -> NewTalk:
    """One conversation more, of a guest of its own."""

    def make(name: str, **fields: Any) -> Conversation:
        values = {"last_at": clock.now(), "last_text": "oi", "last_direction": "in", **fields}
        with inside(guest.salon_id):
            contact = Contact.objects.create(name=name)
            return Conversation.objects.create(contact=contact, number_id=guest.number.pk, **values)

    return make


def change_talk(one: Conversation, **values: Any) -> None:
    """Set columns of a conversation; call it outside of the salon."""
    with inside(Salon.objects.get(slug="aurora").pk):
        Conversation.objects.filter(pk=one.pk).update(**values)


def fresh(one: Conversation) -> Conversation:
    """The row as it is now."""
    with inside(Salon.objects.get(slug="aurora").pk):
        return Conversation.objects.select_related("assignee", "team").get(pk=one.pk)
