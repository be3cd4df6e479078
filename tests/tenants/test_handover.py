"""Entering a salon from the public host, and everyone who may not (TN-001, I27)."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from ops import clock
from tenants.accounts import handover
from tenants.accounts.models import User
from tenants.salons.actions import remove_member, suspend_salon
from tenants.salons.models import EntryCode
from tests.tenants.people import Person, registered
from tests.world import Salons

AURORA = "http://aurora.cadeira.localhost:8000"
OTHER = "http://other.cadeira.localhost:8000"


@pytest.fixture
def code_url(person: Person, dora: User) -> str:
    """Where the public host sends Dora."""
    person.log_in(dora.email)
    answer = person.open("/accounts/enter/aurora/?next=/inbox/")
    assert answer.status_code == 302
    return str(answer["Location"])


def test_it_works(person: Person, code_url: str) -> None:
    assert code_url.startswith(f"{AURORA}/enter/?code=")
    entered = person.open(code_url)
    assert (entered.status_code, entered["Location"]) == (302, "/inbox/")
    assert person.open(f"{AURORA}/inbox/").status_code == 200


def test_the_code_is_kept_as_a_hash_only(code_url: str) -> None:
    code = parse_qs(urlsplit(code_url).query)["code"][0]
    assert code not in str(EntryCode.objects.values().get())


def test_a_code_works_once(person: Person, code_url: str) -> None:
    person.open(code_url)
    thief = Person()
    assert thief.open(code_url)["Location"].startswith("http://cadeira.localhost:8000/accounts/enter/aurora/")
    assert thief.open(f"{AURORA}/").status_code == 302


def test_the_back_button_leads_in_again(person: Person, code_url: str) -> None:
    person.open(code_url)
    assert person.open(code_url)["Location"] == "/"


def test_a_code_lives_for_a_minute(person: Person, code_url: str) -> None:
    EntryCode.objects.update(expires_at=clock.real() - timedelta(seconds=1))
    person.open(code_url)
    assert person.open(f"{AURORA}/").status_code == 302
    assert timedelta(seconds=60) == handover.VALID_FOR


def test_a_code_opens_its_own_salon_only(person: Person, code_url: str) -> None:
    person.open(code_url.replace("aurora", "other", 1))
    assert person.open(f"{OTHER}/").status_code == 302
    assert EntryCode.objects.get().used_at is None


def test_a_code_of_somebody_switched_off_opens_nothing(person: Person, code_url: str, dora: User) -> None:
    User.objects.filter(pk=dora.pk).update(is_active=False)
    person.open(code_url)
    assert "__Host-session" not in person.at("aurora.cadeira.localhost:8000").cookies


@pytest.mark.parametrize("code", ["", "x", "x" * 5000, "%00", "é"])
def test_a_code_nobody_gave_opens_nothing(person: Person, salons: Salons, code: str) -> None:
    assert person.open(f"{AURORA}/enter/?code={code}").status_code == 302
    assert person.open(f"{AURORA}/").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/%09/evil.example",
        "/%00",
        "evil",
        "/" + "a" * 400,
    ],
)
def test_it_leads_nowhere_else(person: Person, dora: User, target: str) -> None:
    person.log_in(dora.email)
    answer = person.open(f"/accounts/enter/aurora/?next={target}")
    assert person.open(answer["Location"])["Location"] == "/"


def test_login_leads_nowhere_else(person: Person, dora: User) -> None:
    answer = person.send(
        "/accounts/login/", login=dora.email, password="um gato no telhado", next="https://evil.example/"
    )
    assert answer["Location"] == "/accounts/salons/"


@pytest.mark.parametrize("slug", ["other", "no-such-salon"])
def test_a_foreign_salon_is_as_unknown_as_none(person: Person, dora: User, slug: str) -> None:
    person.log_in(dora.email)
    assert person.open(f"/accounts/enter/{slug}/").status_code == 404
    assert not EntryCode.objects.exists()


def test_a_stranger_logs_in_and_comes_back(person: Person, dora: User) -> None:
    to_login = person.open(person.open(f"{AURORA}/inbox/")["Location"])["Location"]
    wanted = parse_qs(urlsplit(to_login).query)["next"][0]
    done = person.send("/accounts/login/", login=dora.email, password="um gato no telhado", next=wanted)
    assert person.follow(done["Location"])[0] == f"{AURORA}/inbox/"


def test_leaving_a_salon_leaves_both_hosts(dora_inside: Person) -> None:
    assert dora_inside.send(f"{AURORA}/leave/")["Location"] == "http://cadeira.localhost:8000/accounts/login/"
    assert dora_inside.open(f"{AURORA}/").status_code == 302
    assert dora_inside.open("/accounts/salons/").status_code == 302


def test_leaving_the_public_host_leaves_the_salons(dora_inside: Person) -> None:
    dora_inside.send("/accounts/logout/")
    assert dora_inside.open(f"{AURORA}/").status_code == 302


def test_leaving_does_not_touch_anothers_login(dora_inside: Person, salons: Salons) -> None:
    elsewhere = Person()
    elsewhere.log_in("dora@example.com")
    elsewhere.follow("/accounts/enter/aurora/")
    dora_inside.send(f"{AURORA}/leave/")
    assert elsewhere.open(f"{AURORA}/").status_code == 200


@pytest.mark.parametrize("host", ["other.cadeira.localhost:8000", "cadeira.localhost:8000"])
def test_a_salons_session_is_refused_elsewhere(dora_inside: Person, host: str) -> None:
    cookie = dora_inside.at("aurora.cadeira.localhost:8000").cookies["__Host-session"].value
    dora_inside.at(host).cookies["__Host-session"] = cookie
    answer = dora_inside.open(f"http://{host}/" if "other" in host else "/accounts/salons/")
    assert answer.status_code == 302
    assert "Dora" not in answer.content.decode()


def test_the_public_session_is_refused_at_a_salon(dora_inside: Person) -> None:
    stranger = Person()
    public = dora_inside.at("cadeira.localhost:8000").cookies["__Host-session"].value
    stranger.at("aurora.cadeira.localhost:8000").cookies["__Host-session"] = public
    assert stranger.open(f"{AURORA}/inbox/").status_code == 302


def test_i27_a_removed_member_is_refused_at_once(dora_inside: Person, dora: User, salons: Salons) -> None:
    remove_member(salons.aurora, dora)
    assert dora_inside.open(f"{AURORA}/inbox/").status_code == 403
    assert dora_inside.open("/accounts/enter/aurora/").status_code == 404


def test_i27_a_switched_off_user_is_refused_at_once(dora_inside: Person, dora: User) -> None:
    User.objects.filter(pk=dora.pk).update(is_active=False)
    assert dora_inside.open(f"{AURORA}/inbox/").status_code == 302


def test_i27_a_new_password_ends_every_session(dora_inside: Person, dora: User) -> None:
    dora.set_password("outro gato no muro")
    dora.save()
    assert dora_inside.open(f"{AURORA}/inbox/").status_code == 302


def test_a_suspended_salon_is_closed(dora_inside: Person, salons: Salons) -> None:
    from tenants.salons import hosts

    suspend_salon(salons.aurora)
    hosts._salon_at.cache_clear()
    assert dora_inside.open(f"{AURORA}/").status_code == 404
    assert dora_inside.open("/accounts/enter/aurora/").status_code == 404
    assert "Aurora" not in dora_inside.open("/accounts/salons/").content.decode()


def test_registered_is_not_a_member(person: Person, salons: Salons) -> None:
    registered("nina@example.com")
    person.log_in("nina@example.com")
    assert person.open("/accounts/enter/aurora/").status_code == 404
