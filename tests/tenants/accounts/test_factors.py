"""TN-003: second factors."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection

from ops import sealing
from tenants.accounts.mfa import reseal
from tenants.accounts.models import User
from tests.tenants.people import PASSWORD, Person, registered

EMAIL = "nina@example.com"


def code(secret: str, steps: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


@pytest.fixture
def nina(person: Person) -> User:
    user = registered(EMAIL)
    person.log_in(EMAIL)
    return user


@pytest.fixture
def secret(person: Person, nina: User) -> str:
    """Of Nina's app, which is set up."""
    page = person.open("/accounts/2fa/totp/activate/").content.decode()
    assert "data:image/svg+xml;base64," in page
    found = re.search(r'account__key">([A-Z2-7]+)<', page)
    assert found
    assert person.send("/accounts/2fa/totp/activate/", code=code(found[1]))["Location"].endswith("/recovery-codes/")
    return found[1]


def recovery_codes(person: Person) -> list[str]:
    return re.findall(r"<code>(\d{8})</code>", person.open("/accounts/2fa/recovery-codes/").content.decode())


def start(email: str = EMAIL) -> Person:
    """Somebody who knows the password."""
    person = Person()
    assert person.log_in(email)["Location"] == "/accounts/2fa/authenticate/"
    return person


def give(person: Person, answer: str) -> Any:
    return person.send("/accounts/2fa/authenticate/", code=answer)


def test_an_app_is_asked_for_its_code(secret: str) -> None:
    person = start()
    assert person.open("/accounts/salons/").status_code == 302, "the password alone opens nothing"
    assert give(person, "000000").status_code == 200
    assert give(person, code(secret, 1)).status_code == 302
    assert person.open("/accounts/salons/").status_code == 200


def test_a_code_works_once(secret: str) -> None:
    used = code(secret, 1)
    assert give(start(), used).status_code == 302
    from django.core.cache import cache

    cache.clear()
    assert give(start(), used).status_code == 200


def test_recovery_codes_are_shown_once_and_work_once(person: Person, secret: str) -> None:
    codes = recovery_codes(person)
    assert len(codes) == 10
    assert recovery_codes(person) == []
    assert give(start(), codes[0]).status_code == 302
    assert give(start(), codes[0]).status_code == 200


def test_secrets_lie_sealed_and_are_sealed_anew(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """I26."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        assert secret not in str(cursor.fetchall())
    assert reseal() == 0
    keys = sealing._configured_keys()
    new = "bmV3IGtleSBuZXcga2V5IG5ldyBrZXkgbmV3IGtleSE="
    monkeypatch.setattr(sealing, "_configured_keys", lambda: [new, *keys])
    assert reseal() == 2
    monkeypatch.setattr(sealing, "_configured_keys", lambda: [new])
    assert give(start(), code(secret, 1)).status_code == 302


@pytest.mark.parametrize("path", ["totp/activate/", "totp/deactivate/", "webauthn/add/", "recovery-codes/generate/"])
def test_factors_are_changed_after_a_fresh_proof_only(person: Person, secret: str, path: str) -> None:
    session = person.at("cadeira.localhost:8000").session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()
    if path == "totp/activate/":
        Authenticator.objects.all().delete()
    answer = person.open(f"/accounts/2fa/{path}")
    assert answer.status_code == 302
    assert "/accounts/reauthenticate/" in answer["Location"]


def test_the_app_proves_too(person: Person, secret: str) -> None:
    answer = person.send("/accounts/2fa/reauthenticate/", code=code(secret, 1), next="/accounts/delete/")
    assert answer["Location"] == "/accounts/delete/"


def test_passkeys_are_offered_for_this_host(person: Person, nina: User) -> None:
    page = person.open("/accounts/2fa/webauthn/add/").content.decode()
    assert '"id": "cadeira.localhost"' in page
    answer = (
        Person()
        .at("cadeira.localhost:8000")
        .get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"})
    )
    assert answer.json()["request_options"]["publicKey"]["userVerification"] == "required"
    assert person.send("/accounts/2fa/webauthn/add/", name="x", credential='{"id": "junk"}').status_code == 200


def test_switching_off_needs_no_trace_of_codes(person: Person, secret: str) -> None:
    assert person.send("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.exists(), "recovery codes go with the last factor"
    assert Person().log_in(EMAIL, PASSWORD).status_code == 302
