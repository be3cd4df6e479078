"""TN-001: which host is whose."""

import pytest
from django.test import Client

from config.env import env
from tenants.access.keys import make_key, revoke_key, rotate_key
from tenants.access.models import ApiKey
from tenants.salons.actions import CannotOpen, LastOwner, close_salon, remove_member, resume_salon, suspend_salon
from tenants.salons.hosts import salon_at
from tenants.salons.models import Salon
from tests.world import Browser, Salons


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "localhost"])
def test_localhost_leads_to_the_public_host(salons: Salons, db: None, host: str) -> None:
    answer = Client(headers={"host": host}).get("/accounts/login/?a=1")
    assert (answer.status_code, answer["Location"]) == (302, "http://cadeira.localhost:8000/accounts/login/?a=1")


@pytest.mark.parametrize("host", ["nobody.cadeira.localhost:8000", "evil.example", "a.aurora.cadeira.localhost", "x y"])
def test_an_unknown_host_is_answered_without_a_hint(salons: Salons, db: None, host: str) -> None:
    answer = Client(headers={"host": host}).get("/inbox/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "Aurora" not in page
    assert "Set-Cookie" not in answer


@pytest.mark.parametrize("path", ["/accounts/login/", "/operator/", "/accounts/salons/", "/signup/"])
def test_a_salons_host_has_no_public_pages(alice: Browser, path: str) -> None:
    assert alice.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/inbox/", "/contacts/", "/flows/", "/enter/?code=x"])
def test_the_public_host_has_no_salons_pages(salons: Salons, db: None, path: str) -> None:
    assert Client(headers={"host": env.public_host}).get(path).status_code == 404


def test_a_host_is_read_whatever_its_case(salons: Salons, db: None) -> None:
    assert salon_at("AURORA.cadeira.localhost") == salons.aurora


def ask(salon: Salon, key: str) -> int:
    headers = {"host": env.public_host, "authorization": f"Api-Key {key}"}
    return Client(headers=headers).get("/api/v1/contacts/").status_code


def test_a_key_enters_its_salon_on_the_public_host(salons: Salons, db: None) -> None:
    assert ask(salons.aurora, make_key(salons.aurora.pk, name="x")) == 200
    assert ask(salons.aurora, "cad_unknown") == 401


def test_i27_a_revoked_key_opens_nothing(salons: Salons, db: None) -> None:
    key = make_key(salons.aurora.pk, name="x")
    revoke_key(ApiKey.objects.get())
    assert ask(salons.aurora, key) == 401


def test_rotating_a_key_voids_the_old_and_keeps_its_role(salons: Salons, db: None) -> None:
    old = make_key(salons.aurora.pk, name="x", role="viewer")
    new = rotate_key(salons.aurora.pk, name="x")
    assert (ask(salons.aurora, old), ask(salons.aurora, new)) == (401, 200)
    assert ApiKey.objects.get(revoked_at=None).role == "viewer"


def test_the_key_of_a_suspended_salon_opens_nothing(salons: Salons, db: None) -> None:
    key = make_key(salons.aurora.pk, name="x")
    suspend_salon(salons.aurora)
    assert ask(salons.aurora, key) == 401


def test_a_closed_salon_is_not_resumed(salons: Salons, db: None) -> None:
    assert close_salon(salons.aurora)
    assert not resume_salon(salons.aurora)
    assert not suspend_salon(salons.aurora)
    assert Salon.objects.get(pk=salons.aurora.pk).state == "closed"


def test_a_salon_keeps_an_owner(salons: Salons, alice: Browser) -> None:
    with pytest.raises(LastOwner):
        remove_member(salons.aurora, alice.user)
    assert alice.get("/").status_code == 200


def test_what_cannot_be_opened_says_which_value(salons: Salons, db: None) -> None:
    from tenants.salons.actions import NewSalon, open_salon

    with pytest.raises(CannotOpen) as refused:
        open_salon(NewSalon("X", "x", time_zone="Mars/Olympus"), owner=Browser(salons.aurora, "alice@example.com").user)
    assert refused.value.field == "time_zone"
