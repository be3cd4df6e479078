"""TN-003: neither text nor code nor work tells who is registered. Times are compared in tests/security."""

import re
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.core import mail

from tenants.accounts import post
from tests.tenants.people import PASSWORD, Person, registered
from tests.world import Salons

KNOWN, UNKNOWN = "known@example.com", "nobody@example.com"
ASKED = {
    "log-in": ("/accounts/login/", {"login": "", "password": "not the password"}),
    "registration": ("/accounts/signup/", {"email": "", "password1": PASSWORD, "name": "Nina", "slug": "nina"}),
    "reset": ("/accounts/password/reset/", {"email": ""}),
    "link": ("/accounts/confirm-email/again/", {"email": ""}),
}


class Hashes:
    """How many passwords were hashed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        hasher = type(hashers.get_hasher())
        real = hasher.encode

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.count += 1
            return real(*args, **kwargs)

        monkeypatch.setattr(hasher, "encode", counted)


def answer(kind: str, email: str) -> tuple[Any, ...]:
    """All that a stranger can see; what is random is taken out."""
    path, fields = ASKED[kind]
    person = Person()
    got = person.send(path, **{name: value or email for name, value in fields.items()})
    shown = person.open(got["Location"]) if got.status_code == 302 else got
    text = re.sub(r'(nonce|value)="[^"]*"|"X-CSRFToken": "[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27}', "", shown.content.decode())
    cookies = {name: len(morsel.value) if "session" in name else 0 for name, morsel in got.cookies.items()}
    headers = {
        name: value for name, value in got.items() if name.lower() not in ("x-trace-id", "content-length", "expires")
    }
    headers = {name: re.sub(r"nonce-[^']*", "", value) for name, value in headers.items()}
    return got.status_code, text.replace(email, ""), cookies, headers


@pytest.mark.parametrize("kind", ASKED)
def test_the_answer_is_the_same(salons: Salons, db: None, kind: str) -> None:
    registered(KNOWN)
    assert answer(kind, KNOWN) == answer(kind, UNKNOWN)


@pytest.mark.parametrize("kind", ["log-in", "registration"])
def test_the_work_is_the_same(salons: Salons, db: None, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    registered(KNOWN)
    counts = []
    for email in (KNOWN, UNKNOWN):
        hashes = Hashes(monkeypatch)
        answer(kind, email)
        counts.append(hashes.count)
        monkeypatch.undo()
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize("kind", ["registration", "reset"])
def test_no_mail_leaves_within_the_answer(salons: Salons, db: None, kind: str) -> None:
    registered(KNOWN)
    for number, email in enumerate((KNOWN, UNKNOWN)):
        answer(kind, email)
        assert len(mail.outbox) == number
        post.run()
        assert mail.outbox[-1].to == [email]
