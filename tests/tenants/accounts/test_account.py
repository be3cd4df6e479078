"""TN-003, CO-001: one's own account, and its end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress

from config.env import env
from ops import clock
from ops.ledger import entries, opening
from ops.ledger.models import Erasure
from ops.salon import inside
from ops.storage import StorageError, _at
from tenants.accounts.deleting import write_late
from tenants.accounts.models import User
from tenants.audit import actions as audit
from tenants.audit.models import AuditEntry
from tenants.audit.sealing import checking, sealer
from tenants.members.models import Member
from tenants.privacy.erasing.replaying import replay
from tenants.salons.actions import NewSalon, open_salon
from tenants.salons.models import Invitation
from tests.tenants.people import PASSWORD, Person, link_in_mail, registered
from tests.world import Salons

AURORA = "http://aurora.cadeira.localhost:8000"


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A ledger of the test's own."""
    monkeypatch.setattr(env, "erasure_ledger_url", (tmp_path / "outside").as_uri())
    _at.cache_clear()
    yield
    opening._asked_at, opening._behind, opening._is_known = 0.0, 0, True


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


def test_co001_the_log_keeps_what_they_did_and_no_name(dora_inside: Person, dora: User, salons: Salons) -> None:
    """By the same id, so that it can be told apart still; the chain holds, and others keep their names."""
    with inside(salons.aurora.pk):
        public_id = str(Member.objects.get(user_id=dora.pk).public_id)
        before = list(AuditEntry.objects.filter(actor=public_id).values_list("pk", "action"))
        assert AuditEntry.objects.filter(actor=public_id, actor_name__icontains="dora").exists()
        audit.record("invitation.sent", subject="x", after={"email": dora.email})
    sealer.seal_salon(salons.aurora.pk)
    Invitation.objects.create(
        salon=salons.aurora, email=dora.email, role="viewer", expires_at=clock.now(), accepted_at=clock.now()
    )
    dora_inside.send("/accounts/delete/", email=dora.email)
    with inside(salons.aurora.pk):
        kept = AuditEntry.objects.filter(actor=public_id)
        assert set(before) < set(kept.values_list("pk", "action"))
        assert set(kept.values_list("actor_name", "ip")) == {("", None)}
        assert AuditEntry.objects.get(action="invitation.sent", subject="x").after is None
        assert not [row for row in AuditEntry.objects.values() if "dora" in str(row).lower()]
    assert checking.check(salons.aurora.pk).is_whole
    assert not Invitation.objects.filter(email=dora.email).exists()


def test_co001_a_restored_database_deletes_them_again(dora_inside: Person, dora: User, salons: Salons) -> None:
    """Also where they owned a salon alone when the backup was made."""
    public_id = dora.public_id
    dora_inside.send("/accounts/delete/", email=dora.email)
    known = Erasure.objects.get(contact_public_id=public_id)
    assert known.salon_id == 0 and known.written_at and known.applied_at
    assert [(entry.contacts, entry.identities) for entry in entries.read_all()] == [((public_id,), ())]
    restored = registered("dora@example.com", public_id=public_id, name="Dora", is_staff=True)
    salon = open_salon(NewSalon("Hers", "hers"), owner=restored)
    Erasure.objects.all().delete()
    assert opening.behind(anew=True) == 1
    assert replay() == 1
    assert opening.behind(anew=True) == 0
    assert not User.objects.filter(public_id=public_id).exists()
    with inside(salon.pk):
        assert "Dora" not in Member.objects.get().name
    assert replay(everything=True) == 0


def test_an_entry_that_could_not_be_written_is_written_later(
    dora_inside: Person, dora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise StorageError

    public_id = dora.public_id
    with monkeypatch.context() as patch:
        patch.setattr(entries, "write", away)
        assert dora_inside.send("/accounts/delete/", email=dora.email).status_code == 200
    assert not User.objects.filter(pk=dora.pk).exists()
    assert list(entries.read_all()) == []
    assert write_late() == 1
    assert [entry.contacts for entry in entries.read_all()] == [(public_id,)]
    assert write_late() == 0


def test_while_the_ledger_is_away_nobody_is_deleted(
    dora_inside: Person, dora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> list[int]:
        raise StorageError

    monkeypatch.setattr(entries, "missing", away)
    assert dora_inside.send("/accounts/delete/", email=dora.email).status_code == 400
    assert User.objects.filter(pk=dora.pk, memberships__is_active=True).exists()


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
