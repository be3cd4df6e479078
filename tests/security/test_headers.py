"""TN-009: what every answer says to browsers, and that nothing in it runs inline.

Every address of a salon's host, every method and role: the walk of tests/invariants/test_i22_canary.py asks the same.
"""

import re
from collections.abc import Iterable

import pytest
from django.conf import settings
from django.test import Client

from config.env import env
from tenants.accounts.models import User
from tests.guards.walk import addresses
from tests.security.headers import check, policy_of
from tests.world import Browser, Salons


def ask_all(client: Client, known: Iterable[str]) -> int:
    """GET each once; how many were asked."""
    found = dict.fromkeys(known)
    for path in found:
        answer = client.get(path)
        assert answer.status_code < 500, path
        check(answer, path)
    return len(found)


def test_every_page_of_the_public_host(salons: Salons, db: None) -> None:
    """/operator/ too: Django's admin runs under the same policy, so nothing had to be loosened for it."""
    found = [address.route for address in addresses("config.urls_public") if "<" not in address.route]
    plain = ["/" + re.sub(r"[\^$?]|\\Z", "", route) for route in found if "(" not in route and "[" not in route]
    client = Client(headers={"host": env.public_host})
    chief = User.objects.create_superuser("chief@example.com", "a long password")
    assert ask_all(client, (path for path in plain if not path.startswith("/operator/"))) > 15
    client.force_login(chief, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert ask_all(client, (path for path in plain if path.startswith("/operator/") and "logout" not in path)) > 30


@pytest.mark.parametrize("host", ["nobody.cadeira.localhost:8000", "evil.example", "x y", "localhost:8000"])
def test_an_unknown_host(salons: Salons, db: None, host: str) -> None:
    for method in ("get", "post", "put"):
        answer = getattr(Client(headers={"host": host}), method)("/inbox/")
        check(answer, host)
        assert answer.status_code in (302, 404)
        assert "Set-Cookie" not in answer.headers and not answer.cookies


def test_a_static_file(salons: Salons, db: None) -> None:
    answer = Client(headers={"host": env.public_host}).get("/static/portal/plain.css")
    assert answer.status_code == 200 and answer["X-Content-Type-Options"] == "nosniff"
    assert policy_of(answer)["frame-ancestors"] == ["'none'"]


def test_an_answer_that_broke(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a page nor the API says what broke, and both say how to be found in the log."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr("crm.contacts.views.render", broken)
    monkeypatch.setattr("api.v1.contacts.ContactViewSet.get_queryset", broken)
    alice.raise_request_exception = False
    for path in ("/contacts/", "/api/v1/contacts/"):
        answer = alice.get(path)
        check(answer, path)
        assert answer.status_code == 500 and answer["X-Trace-Id"]
        said = answer.content.decode()
        assert not re.search(r"secret of the inside|RuntimeError|Traceback|/work/|\.py\b|site-packages", said)


def test_framing_is_for_the_booking_page_alone_and_named_sites(salons: Salons, alice: Browser) -> None:
    """Whatever is added to an address, a page of the portal is framed nowhere."""
    for path in ("/", "/inbox/?embed=1", "/contacts/?embed=1", "/book/?embed=1"):
        check(alice.get(path), path)
