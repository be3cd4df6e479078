"""TN-003, I27: where one is logged in, and how that ends."""

import re

import pytest

from tenants.access.tickets import Ticket, places
from tenants.accounts.models import LogIn, User
from tests.tenants.people import PASSWORD, Person

AURORA = "http://aurora.cadeira.localhost:8000"
HOST = "aurora.cadeira.localhost:8000"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def elsewhere(dora_inside: Person, dora: User) -> Person:
    """Dora on another machine, in the salon too."""
    other = Person()
    other.at("cadeira.localhost:8000").defaults["HTTP_USER_AGENT"] = FIREFOX
    other.log_in(dora.email)
    other.follow("/accounts/enter/aurora/")
    assert is_in(other)
    return other


def is_in(person: Person) -> bool:
    """At the salon and, by the same session, on its open sockets."""
    key: str = person.at(HOST).cookies["__Host-session"].value
    ticket = Ticket("aurora.cadeira.localhost", key)
    found = ticket in places([ticket])
    assert bool(person.open(f"{AURORA}/inbox/").status_code == 200) is found
    return found


def ways_to_end(page: str) -> list[str]:
    return re.findall(r'action="(/accounts/sessions/[0-9a-f-]{36}/end/)"', page)


def test_each_is_shown_with_device_and_salons(dora_inside: Person, elsewhere: Person) -> None:
    page = dora_inside.open("/accounts/sessions/").content.decode()
    assert len(ways_to_end(page)) == 2
    assert "Firefox" in page
    assert page.count("Aurora") == 2


def test_one_is_ended_with_its_salons(dora_inside: Person, elsewhere: Person) -> None:
    """Its own stands first."""
    dora_inside.send(ways_to_end(dora_inside.open("/accounts/sessions/").content.decode())[1])
    assert not is_in(elsewhere)
    assert elsewhere.open("/accounts/salons/").status_code == 302
    assert is_in(dora_inside)


def test_all_others_are_ended(dora_inside: Person, elsewhere: Person) -> None:
    dora_inside.send("/accounts/sessions/end-others/")
    assert not is_in(elsewhere)
    assert dora_inside.open("/accounts/sessions/").status_code == 200


def test_a_new_password_ends_the_others(dora_inside: Person, elsewhere: Person) -> None:
    form = {"oldpassword": PASSWORD, "password1": "outro gato no muro", "password2": "outro gato no muro"}
    assert dora_inside.send("/accounts/password/change/", **form).status_code == 302
    assert elsewhere.open("/accounts/salons/").status_code == 302
    assert not is_in(elsewhere)
    assert dora_inside.open("/accounts/salons/").status_code == 200
    assert len(ways_to_end(dora_inside.open("/accounts/sessions/").content.decode())) == 1
    assert dora_inside.follow("/accounts/enter/aurora/")[0] == f"{AURORA}/"


def test_anothers_session_is_as_unknown_as_none(dora_inside: Person, elsewhere: Person) -> None:
    eve = Person()
    eve.log_in("charlie@example.com", "a long password")
    for row in LogIn.objects.filter(user__email="dora@example.com"):
        assert eve.send(f"/accounts/sessions/{row.public_id}/end/").status_code in (302, 404)
    assert is_in(elsewhere)


def test_a_code_of_a_session_that_has_ended_enters_nothing(dora_inside: Person) -> None:
    code = dora_inside.open("/accounts/enter/aurora/")["Location"]
    dora_inside.send("/accounts/logout/")
    late = Person()
    late.open(code)
    assert late.open(f"{AURORA}/inbox/").status_code == 302
