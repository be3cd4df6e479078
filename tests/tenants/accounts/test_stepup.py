"""TN-003: what is worth stealing opens only to who proved themselves in the last 15 minutes."""

import time
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from tenants.access.stepup import PROVED_AT, fresh
from tenants.accounts.models import User
from tests.tenants.people import PASSWORD, Person

AURORA = "http://aurora.cadeira.localhost:8000"
HOST = "aurora.cadeira.localhost:8000"


@fresh
def secrets(request: Any) -> HttpResponse:
    return HttpResponse("the secrets")


def ask(method: str, proved_ago_s: float | None, **headers: str) -> HttpResponse:
    request: Any = RequestFactory(headers={"host": HOST, **headers}).generic(method, "/settings/keys/?page=2")
    request.salon = SimpleNamespace(slug="aurora")
    request.session = {} if proved_ago_s is None else {PROVED_AT: time.time() - proved_ago_s}
    return secrets(request)


def back_of(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}", parse_qs(parts.query)["next"][0]


def test_a_fresh_proof_opens() -> None:
    assert ask("GET", 60).content == b"the secrets"
    assert ask("POST", 14 * 60).content == b"the secrets"


@pytest.mark.parametrize("ago", [None, 15 * 60 + 1, -60])
def test_a_page_is_come_back_to(ago: float | None) -> None:
    answer = ask("GET", ago)
    assert answer.status_code == 302
    assert back_of(answer["Location"]) == ("cadeira.localhost:8000/accounts/prove/aurora/", "/settings/keys/?page=2")


def test_a_form_comes_back_to_the_page_it_was_on() -> None:
    answer = ask("POST", None, referer=f"http://{HOST}/settings/?tab=keys")
    assert answer.status_code == 303
    assert back_of(answer["Location"])[1] == "/settings/?tab=keys"


@pytest.mark.parametrize("page", ["https://evil.example/x", ""])
def test_it_leads_nowhere_else(page: str) -> None:
    assert back_of(ask("POST", None, referer=page)["Location"])[1] == "/"


def test_a_fragment_sends_the_whole_page() -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://{HOST}/settings/keys/"}
    for method in ("GET", "POST"):
        answer = ask(method, None, **headers)
        assert answer.status_code == 401
        assert back_of(answer["HX-Redirect"])[1] == "/settings/keys/"


def make_old(person: Person) -> None:
    """As if the log-in had been an hour ago."""
    for host, keys in (("cadeira.localhost:8000", None), (HOST, PROVED_AT)):
        session = person.at(host).session
        if keys:
            session[keys] -= 3600
        else:
            for record in session["account_authentication_methods"]:
                record["at"] -= 3600
        session.save()


def test_the_log_in_is_carried_into_the_salon(dora_inside: Person) -> None:
    assert time.time() - dora_inside.at(HOST).session[PROVED_AT] < 60


def test_the_proof_is_asked_for_once_and_carried_back(dora_inside: Person, dora: User) -> None:
    make_old(dora_inside)
    form, _page = dora_inside.follow("/accounts/prove/aurora/?next=/inbox/")
    assert form.startswith("http://cadeira.localhost:8000/accounts/reauthenticate/"), form
    back = parse_qs(urlsplit(form).query)["next"][0]
    wrong = dora_inside.send("/accounts/reauthenticate/", password="not hers", next=back)
    assert wrong.status_code == 200
    done = dora_inside.send("/accounts/reauthenticate/", password=PASSWORD, next=back)
    assert dora_inside.follow(done["Location"])[0] == f"{AURORA}/inbox/"
    assert time.time() - dora_inside.at(HOST).session[PROVED_AT] < 60
    assert dora_inside.follow("/accounts/prove/aurora/?next=/inbox/")[0] == f"{AURORA}/inbox/", "not asked again"


def test_another_salon_is_as_unknown_as_none(dora_inside: Person) -> None:
    for slug in ("other", "no-such-salon"):
        assert dora_inside.open(f"/accounts/prove/{slug}/").status_code == 404
