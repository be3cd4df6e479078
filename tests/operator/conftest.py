"""An operator of the platform, and something on every page."""

import pytest
from django.core.cache import cache
from django.test import Client

from channels_wa.gate.models import Delivery
from channels_wa.inbound import contents, drain
from channels_wa.inbound.models import InboxItem
from config.env import env
from tests.incoming import delivery, keep, text_message
from tests.tenants.people import PASSWORD, registered
from tests.world import Salons


def at_operator(email: str) -> Client:
    """A browser on the public host, logged in by the form."""
    cache.clear()  # tries are counted by address, and here all come from one
    client = Client(headers={"host": env.public_host, "accept-language": "en"})
    answer = client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert answer.status_code == 302
    return client


@pytest.fixture
def operator(salons: Salons, db: None) -> Client:
    """Staff, without any further right."""
    return at_operator(registered("olga@example.com", is_staff=True).email)


@pytest.fixture
def chief(salons: Salons, db: None) -> Client:
    """Staff with every right."""
    return at_operator(registered("otto@example.com", is_staff=True, is_superuser=True).email)


@pytest.fixture
def owner(salons: Salons, db: None) -> Client:
    """No operator at all."""
    return at_operator(registered("nina@example.com").email)


@pytest.fixture
def quarantined(salons: Salons, db: None) -> InboxItem:
    """A message to a number that nobody has connected."""
    # What another test connected a moment ago is not remembered.
    contents._routes.cache_clear()
    keep(delivery("999", text_message("oi", wamid="wamid.late")))
    drain.run()
    assert Delivery.objects.count() == 1
    return InboxItem.objects.get()
