"""TN-003: guessing ends, and nobody locks another out."""

import pytest

from tenants.accounts import tries
from tenants.accounts.models import User
from tests.tenants.people import PASSWORD, Person, link_in_mail, registered

EMAIL = "nina@example.com"
LIMIT = 10


@pytest.fixture
def nina(db: None) -> User:
    return registered(EMAIL)


def guess(times: int = LIMIT + 2) -> Person:
    stranger = Person()
    for number in range(times):
        stranger.at("cadeira.localhost:8000").defaults["REMOTE_ADDR"] = f"198.51.100.{number}"
        stranger.log_in(EMAIL, "wrong")
    return stranger


def test_guessing_ends(nina: User) -> None:
    assert guess().log_in(EMAIL).status_code == 200


def test_a_known_browser_is_not_locked_out(person: Person, nina: User) -> None:
    person.log_in(EMAIL)
    person.send("/accounts/logout/")
    guess()
    person.at("cadeira.localhost:8000").defaults["REMOTE_ADDR"] = "203.0.113.5"
    assert person.log_in(EMAIL).status_code == 302


def test_a_known_address_is_not_locked_out(person: Person, nina: User) -> None:
    person.log_in(EMAIL)
    guess()
    assert Person().log_in(EMAIL).status_code == 302


def test_a_known_browser_may_not_guess_either(person: Person, nina: User) -> None:
    person.log_in(EMAIL)
    person.send("/accounts/logout/")
    for _ in range(LIMIT):
        person.log_in(EMAIL, "wrong")
    assert person.log_in(EMAIL).status_code == 200


def test_a_new_password_by_mail_makes_the_browser_known(person: Person, nina: User) -> None:
    person.at("cadeira.localhost:8000").defaults["REMOTE_ADDR"] = "203.0.113.5"
    person.send("/accounts/password/reset/", email=EMAIL)
    form, _page = person.follow(link_in_mail())
    person.send(form, password1="outro gato no muro", password2="outro gato no muro")
    guess()
    assert person.log_in(EMAIL, "outro gato no muro").status_code == 302


def test_a_cookie_of_ones_own_making_is_none(nina: User) -> None:
    guess()
    forger = Person()
    forger.at("cadeira.localhost:8000").cookies[tries.COOKIE] = "eyJkZXZpY2UiOiJ4In0:1abc:forged"
    assert forger.log_in(EMAIL).status_code == 200


def test_the_limit_does_not_tell_who_is_registered(nina: User) -> None:
    pages = []
    for email in (EMAIL, "nobody@example.com"):
        stranger = Person()
        for _ in range(LIMIT):
            stranger.log_in(email, "wrong")
        pages.append(stranger.log_in(email, PASSWORD).context["form"].errors)
    assert pages[0] == pages[1]
