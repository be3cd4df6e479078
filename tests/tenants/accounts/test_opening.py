"""TN-002: from registering to a salon that works, asked for once and opened once."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db.models import F

from ops import claim, clock
from tenants.accounts.models import User
from tenants.salons import opening
from tenants.salons.actions import open_salon
from tenants.salons.models import Opening, Salon
from tests.tenants.people import PASSWORD, Person, link_in_mail, registered
from tests.world import Salons

NINA = {"email": "nina@example.com", "password1": PASSWORD, "name": "Estúdio da Nina", "time_zone": "America/Lima"}


@pytest.fixture
def nina(person: Person, salons: Salons) -> User:
    user = registered("nina@example.com")
    person.log_in(user.email)
    return user


def ask(person: Person, **fields: Any) -> Any:
    return person.send("/accounts/salons/", **{"name": "Nina", "slug": "nina", "ticket": str(uuid4()), **fields})


def test_registering_opens_the_salon_and_leads_into_it(person: Person, salons: Salons) -> None:
    """In the browser that registered no password is asked for again."""
    assert person.send("/accounts/signup/", **NINA).status_code == 302
    assert Opening.objects.get().state == "waiting"
    assert opening.run() == 0, "the address is not confirmed"
    progress = person.open(person.send(link_in_mail())["Location"])["Location"]
    assert progress.startswith("/accounts/opening/")
    page = person.open(progress).content.decode()
    assert "Estúdio da Nina" in page
    assert 'hx-trigger="load delay:400ms"' in page
    assert opening.run() == 1
    url, answer = person.follow(progress)
    assert (url, answer.status_code) == ("http://estudio-da-nina.cadeira.localhost:8000/", 200)
    salon = Salon.objects.get(slug="estudio-da-nina")
    assert person.open("/accounts/delete/").status_code == 200, "the password of a moment ago is a proof"
    assert (salon.time_zone, salon.memberships.get().user.email) == ("America/Lima", "nina@example.com")
    assert (salon.plan, salon.subscription.state) == ("pro", "trialing"), "FR-BL-008: it begins with the sign-up"


def test_a_link_confirms_once(person: Person, salons: Salons) -> None:
    """TN-003."""
    person.send("/accounts/signup/", **NINA)
    link = link_in_mail()
    person.send(link)
    assert Person().send(link).status_code == 404


def test_a_form_sent_twice_is_one_salon(person: Person, nina: User) -> None:
    ticket = str(uuid4())
    first, second = ask(person, ticket=ticket), ask(person, ticket=ticket)
    assert first["Location"] == second["Location"]
    opening.run()
    assert ask(person, ticket=ticket)["Location"] == first["Location"], "after it was opened too"
    assert Salon.objects.filter(slug="nina").count() == 1


def test_a_worker_that_was_killed_leaves_it_to_another(person: Person, nina: User) -> None:
    """I1 of openings: nothing is lost, nothing is opened twice."""
    ask(person)
    claimed = claim.claim(opening.QUEUE, limit=1, lease=opening.LEASE)
    assert opening.run() == 0, "it has an owner"
    Opening.objects.update(lease_until=clock.real() - timedelta(seconds=1))
    assert opening.run() == 1
    assert Salon.objects.filter(slug="nina").count() == 1
    with pytest.raises(claim.LeaseLost):
        claim.finish(opening.QUEUE, claimed)


def test_a_lost_lease_opens_nothing(person: Person, nina: User, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(person)

    def slow(*args: Any, **kwargs: Any) -> Salon:
        Opening.objects.update(fence=F("fence") + 1)
        return open_salon(*args, **kwargs)

    monkeypatch.setattr("tenants.salons.opening.open_salon", slow)
    opening.run()
    assert not Salon.objects.filter(slug="nina").exists()


def test_an_address_that_was_taken_meanwhile_is_chosen_anew(person: Person, nina: User) -> None:
    progress = ask(person)["Location"]
    Opening.objects.update(slug="aurora")
    opening.run()
    page = person.open(progress).content.decode()
    assert 'id="slug-error"' in page
    assert person.send(progress, name="Nina", slug="other").status_code == 400, "taken too"
    assert person.send(progress, name="Nina", slug="nina-2").status_code == 302
    opening.run()
    assert person.follow(progress)[0] == "http://nina-2.cadeira.localhost:8000/"


def test_anothers_opening_is_as_unknown_as_none(person: Person, nina: User) -> None:
    progress = ask(person)["Location"]
    registered("eve@example.com")
    eve = Person()
    eve.log_in("eve@example.com")
    for path in (progress, f"/accounts/opening/{uuid4()}/"):
        assert (eve.open(path).status_code, eve.send(path).status_code) == (404, 404)


def test_a_known_address_asks_for_no_salon(person: Person, salons: Salons) -> None:
    """Nobody puts a salon into the account of somebody else."""
    registered("nina@example.com")
    assert person.send("/accounts/signup/", **NINA).status_code == 302
    assert not Opening.objects.exists()


@pytest.mark.parametrize(
    ("slug", "word"), [("aurora", "aurora-2"), ("free-one", "free-one.cadeira"), ("admin", "admin")]
)
def test_an_address_is_checked_while_it_is_typed(person: Person, salons: Salons, slug: str, word: str) -> None:
    answer = person.open("/accounts/salons/address/", slug=slug)
    assert word in answer.content.decode()
    assert ("text-success" in answer.content.decode()) is (slug == "free-one")


def test_what_is_wrong_with_the_salon_is_said_at_its_field(person: Person, salons: Salons) -> None:
    page = person.send("/accounts/signup/", **{**NINA, "slug": "aurora"})
    assert page.status_code == 200
    assert 'id="slug-error"' in page.content.decode()
    assert not User.objects.filter(email="nina@example.com").exists()
    assert not mail.outbox
