"""TN-003, CO-001: one's own account, and its end."""

import pytest
from allauth.account.models import EmailAddress

from ops.salon import inside
from tenants.accounts.models import User
from tenants.audit.models import AuditEntry
from tenants.members.models import Member
from tests.tenants.people import PASSWORD, Person, link_in_mail, registered
from tests.world import Salons

AURORA = "http://aurora.cadeira.localhost:8000"


def test_the_page_and_its_form(dora_inside: Person, dora: User) -> None:
    page = dora_inside.open("/accounts/").content.decode()
    assert "dora@example.com" in page
    assert "Aurora" in page
    dora_inside.send("/accounts/profile/", name="Dorinha", language="es")
    dora.refresh_from_db()
    assert (dora.name, dora.language) == ("Dorinha", "es")
    dora_inside.send("/accounts/profile/", name="x" * 121, language="es")
    assert 'id="name-error"' in dora_inside.open("/accounts/").content.decode()


def test_another_address_counts_once_it_is_confirmed(dora_inside: Person, dora: User) -> None:
    dora_inside.send("/accounts/email/", email="new@example.com", action_add="")
    dora.refresh_from_db()
    assert dora.email == "dora@example.com"
    dora_inside.send(link_in_mail())
    dora.refresh_from_db()
    assert dora.email == "new@example.com"
    assert EmailAddress.objects.filter(user=dora).count() == 1


def test_a_link_may_be_asked_for_again(person: Person, salons: Salons) -> None:
    from django.core import mail
    from django.core.cache import cache

    from tenants.accounts import post

    person.send("/accounts/signup/", email="nina@example.com", password1=PASSWORD)
    cache.clear()
    registered("known@example.com")
    answers = []
    for email in ("nina@example.com", "known@example.com", "nobody@example.com"):
        answer = Person().send("/accounts/confirm-email/again/", email=email)
        answers.append((answer.status_code, answer["Location"]))
    assert len(set(answers)) == 1
    post.run()
    assert [message.to for message in mail.outbox] == [["nina@example.com"]] * 2


def test_who_leaves_is_erased_and_the_salon_stays(dora_inside: Person, dora: User, salons: Salons) -> None:
    assert dora_inside.send("/accounts/delete/", email="wrong@example.com").status_code == 400
    assert dora_inside.send("/accounts/delete/", email=dora.email).status_code == 200
    assert not User.objects.filter(pk=dora.pk).exists()
    assert dora_inside.open(f"{AURORA}/inbox/").status_code in (302, 403)
    with inside(salons.aurora.pk):
        member = Member.objects.get(user_id=dora.pk)
        assert (member.is_active, "Dora" in member.name) == (False, False)
        assert AuditEntry.objects.filter(action="member.left", subject=str(member.public_id)).exists()


@pytest.mark.parametrize("method", ["open", "send"])
def test_the_only_owner_stays(person: Person, salons: Salons, method: str) -> None:
    charlie = User.objects.get(email="charlie@example.com")
    EmailAddress.objects.create(user=charlie, email=charlie.email, verified=True, primary=True)
    person.log_in("charlie@example.com", "a long password")
    answer = (
        person.open("/accounts/delete/")
        if method == "open"
        else person.send("/accounts/delete/", email="charlie@example.com")
    )
    assert "/accounts/enter/other/?next=%2Fsettings%2Fpeople%2F" in answer.content.decode()
    assert User.objects.filter(email="charlie@example.com").exists()


def test_it_needs_a_fresh_proof(dora_inside: Person) -> None:
    session = dora_inside.at("cadeira.localhost:8000").session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()
    assert "/accounts/reauthenticate/" in dora_inside.send("/accounts/delete/", email="dora@example.com")["Location"]
