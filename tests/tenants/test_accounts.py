"""TN-003: register, confirm, log in, reset, through the real pages."""

import pytest
from django.core import mail

from tenants.accounts.models import User
from tenants.salons import opening
from tenants.salons.models import Salon
from tests.tenants.people import PASSWORD, Person, link_in_mail, registered
from tests.world import Salons


def test_from_register_to_the_first_page_of_a_new_salon(person: Person, salons: Salons) -> None:
    person.send("/accounts/signup/", email="nina@example.com", password1=PASSWORD)
    link = link_in_mail()
    assert person.open("/accounts/salons/").status_code == 302, "not confirmed yet"
    person.send(link)
    person.log_in("nina@example.com")
    opened = person.send("/accounts/salons/", name="Studio Nina", slug="studio-nina")
    assert opened.status_code == 302
    assert opening.run() == 1
    url, page = person.follow(opened["Location"])
    assert (url, page.status_code) == ("http://studio-nina.cadeira.localhost:8000/", 200)
    assert Salon.objects.get(slug="studio-nina").memberships.get().role == "owner"


def test_register_does_not_tell_who_is_registered(person: Person) -> None:
    registered("nina@example.com")
    new = person.send("/accounts/signup/", email="new@example.com", password1=PASSWORD)
    known = Person().send("/accounts/signup/", email="nina@example.com", password1=PASSWORD)
    assert (new.status_code, new["Location"]) == (known.status_code, known["Location"])
    assert User.objects.filter(email="nina@example.com").count() == 1


def test_login_does_not_tell_who_is_registered(person: Person) -> None:
    registered("nina@example.com")
    wrong = person.log_in("nina@example.com", "not her password")
    unknown = Person().log_in("nobody@example.com", "not her password")
    assert wrong.status_code == unknown.status_code == 200
    assert wrong.context["form"].errors == unknown.context["form"].errors


def test_reset_does_not_tell_who_is_registered(person: Person) -> None:
    registered("nina@example.com")
    known = person.send("/accounts/password/reset/", email="nina@example.com")
    unknown = Person().send("/accounts/password/reset/", email="nobody@example.com")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_a_password_is_reset_by_mail(person: Person) -> None:
    registered("nina@example.com")
    person.send("/accounts/password/reset/", email="nina@example.com")
    form, _page = person.follow(link_in_mail())
    assert person.send(form, password1="outro gato no muro", password2="outro gato no muro").status_code == 302
    assert person.log_in("nina@example.com").status_code == 200, "the old one is void"
    assert Person().log_in("nina@example.com", "outro gato no muro")["Location"] == "/accounts/salons/"


def test_many_wrong_passwords_lock_the_login(person: Person) -> None:
    registered("nina@example.com")
    for _ in range(12):
        person.log_in("nina@example.com", "wrong")
    assert person.log_in("nina@example.com").status_code != 302


def test_a_switched_off_person_cannot_log_in(person: Person) -> None:
    registered("nina@example.com", is_active=False)
    person.log_in("nina@example.com")
    assert person.open("/accounts/salons/").status_code == 302


@pytest.mark.parametrize(
    ("field", "name", "slug"),
    [("name", "", "x"), ("name", "x" * 121, "x"), ("name", "a\x00b", "x"), ("slug", "X", "aurora"), ("slug", "X", "-")],
)
def test_the_form_says_what_to_change(person: Person, salons: Salons, field: str, name: str, slug: str) -> None:
    registered("nina@example.com")
    person.log_in("nina@example.com")
    answer = person.send("/accounts/salons/", name=name, slug=slug)
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.content.decode()
    assert Salon.objects.count() == 2


def test_the_mail_of_the_demo_is_shown(person: Person, salons: Salons, settings: object) -> None:
    settings.EMAIL_BACKEND = "tenants.accounts.mail.DemoBackend"  # type: ignore[attr-defined]
    person.send("/accounts/signup/", email="nina@example.com", password1=PASSWORD)
    assert not mail.outbox
    assert "nina@example.com" in person.open("/demo/mail/").content.decode()
