"""Invitations: by e-mail, for seven days, once, and only for the address that was invited (TN-002, TN-003)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from ops import clock
from ops.salon import inside
from ops.timers import errands
from tenants.accounts.models import User
from tenants.members.inviting import hash_of
from tenants.salons.models import Invitation, Membership
from tests.tenants.people import PASSWORD, Person, registered
from tests.world import Browser

NEW = "nina@example.com"


def invite(by: Browser, email: str = NEW, role: str = "receptionist") -> Any:
    """Ask them to come; the e-mail is written."""
    answer = by.post("/settings/people/invite/", {"email": email, "role": role})
    errands.work()
    return answer


def link() -> str:
    """The newest link."""
    found = [word for word in str(mail.outbox[-1].body).split() if "/accounts/invitation/" in word]
    assert found
    return found[0]


def place(email: str = NEW) -> str:
    """The role at Aurora."""
    places = Membership.objects.filter(user__email=email, salon__slug="aurora", is_active=True)
    return places.values_list("role", flat=True).first() or ""


def test_somebody_new_joins_by_the_link(alice: Browser, person: Person) -> None:
    """TN-002: the link proves the address, so there is no other e-mail to wait for; then they stand in the salon."""
    assert invite(alice).status_code == 303
    assert NEW in alice.get_page("/settings/people/")
    url, page = person.follow(link())
    assert (url, page.status_code) == ("http://cadeira.localhost:8000/accounts/invitation/", 200)
    answer = person.send(url, name="Nina", password=PASSWORD)
    url, page = person.follow(f"http://cadeira.localhost:8000{answer['Location']}")
    assert (url, page.status_code) == ("http://aurora.cadeira.localhost:8000/", 200)
    assert place() == "receptionist"
    assert EmailAddress.objects.get(email=NEW).verified
    assert NEW in alice.get_page("/settings/people/")
    assert not Invitation.objects.filter(accepted_at=None).exists()


def test_who_has_an_account_logs_in_and_joins(alice: Browser, person: Person) -> None:
    """TN-003: the link alone opens no account that is there."""
    registered(NEW, name="Nina")
    invite(alice)
    url, _page = person.follow(link())
    person.send(url, name="Evil", password="outra senha qualquer")
    assert place() == ""
    person.log_in(NEW)
    assert person.send(url)["Location"] == "/accounts/enter/aurora/"
    assert place() == "receptionist"
    assert User.objects.get(email=NEW).check_password(PASSWORD)


def test_the_inviter_learns_nothing_of_accounts(alice: Browser) -> None:
    """TN-009: an address with an account and one without answer alike, on the page and in the list."""
    registered(NEW)
    known, unknown = invite(alice, NEW), invite(alice, "nobody@example.com")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    mails = [str(one.body).split("invitation/")[0] for one in mail.outbox[-2:]]
    assert mails[0] == mails[1]


def test_a_link_is_good_once(alice: Browser, person: Person) -> None:
    """TN-002: used up by whoever came first; a double click makes no second account."""
    invite(alice)
    first = link()
    url, _page = person.follow(first)
    person.send(url, name="Nina", password=PASSWORD)
    assert Person().open(first).status_code == 410
    assert Person().open(url).status_code == 410


def test_only_the_hash_is_kept(alice: Browser) -> None:
    """TN-008, I26: the table opens no door."""
    invite(alice)
    token = link().rstrip("/").rpartition("/")[2]
    kept = Invitation.objects.get(email=NEW)
    assert kept.token_hash == hash_of(token)
    assert token not in str(Invitation.objects.values_list())


def later(monkeypatch: pytest.MonkeyPatch, alice: Browser) -> None:
    monkeypatch.setattr(clock, "_offset", clock._offset + timedelta(days=7, seconds=1))


def revoked(monkeypatch: pytest.MonkeyPatch, alice: Browser) -> None:
    alice.post(f"/settings/people/invitations/{Invitation.objects.get().public_id}/revoke/")


def sent_again(monkeypatch: pytest.MonkeyPatch, alice: Browser) -> None:
    alice.post(f"/settings/people/invitations/{Invitation.objects.get().public_id}/again/")
    errands.work()


def inviter_lost_the_right(monkeypatch: pytest.MonkeyPatch, alice: Browser) -> None:
    Membership.objects.filter(user=alice.user).update(role="viewer")


@pytest.mark.parametrize("change", [later, revoked, sent_again, inviter_lost_the_right])
def test_a_link_that_is_good_no_more(
    alice: Browser, person: Person, monkeypatch: pytest.MonkeyPatch, change: Callable[..., None]
) -> None:
    """TN-002: too old, taken back, replaced by a newer one, or of somebody who may invite no more; page open or not."""
    invite(alice)
    old = link()
    url, _page = person.follow(old)
    change(monkeypatch, alice)
    assert person.send(url, name="Nina", password=PASSWORD).status_code == 410
    assert Person().open(old).status_code == 410
    assert place() == ""
    assert not User.objects.filter(email=NEW).exists()
    if change is sent_again:
        assert person.follow(link())[1].status_code == 200


def test_another_person_cannot_take_it(alice: Browser, person: Person) -> None:
    """TN-003: logged in as somebody else, the link gives them nothing; they may go on as the invited one."""
    registered("mallory@example.com")
    invite(alice)
    person.log_in("mallory@example.com")
    url, page = person.follow(link())
    assert "mallory@example.com" in page.content.decode()
    person.send(url)
    assert (place("mallory@example.com"), place()) == ("", "")
    person.send("/accounts/invitation/somebody-else/")
    assert person.send(url, name="Nina", password=PASSWORD).status_code == 302
    assert place() == "receptionist"


def test_an_account_that_never_proved_its_address_is_taken_over(alice: Browser, person: Person) -> None:
    """TN-003: whoever signed up with somebody else's address beforehand has no way in afterwards."""
    User.objects.create_user(NEW, "the password of a thief")
    invite(alice)
    url, _page = person.follow(link())
    person.send(url, name="Nina", password=PASSWORD)
    assert place() == "receptionist"
    assert User.objects.get(email=NEW).check_password(PASSWORD)


def test_a_bad_password_is_named_and_nothing_is_used_up(alice: Browser, person: Person) -> None:
    """TN-003."""
    invite(alice)
    url, _page = person.follow(link())
    assert person.send(url, name="Nina", password="1234567890").status_code == 422
    assert person.send(url, name="Nina", password=PASSWORD).status_code == 302


def test_who_works_here_is_not_invited_again(alice: Browser, bob: Browser) -> None:
    """TN-002."""
    assert invite(alice, "bob@example.com").status_code == 422
    assert not Invitation.objects.exists()


def test_who_was_removed_comes_back_by_an_invitation(alice: Browser, bob: Browser, person: Person) -> None:
    """TN-002: with the role of the invitation and what they wrote."""
    bob.user.set_password(PASSWORD)
    bob.user.save()
    EmailAddress.objects.create(user=bob.user, email=bob.user.email, verified=True, primary=True)
    with inside(alice.salon.pk):
        before = bob.member.pk
    alice.post(f"/settings/people/{bob.member.public_id}/remove/")
    invite(alice, bob.user.email, "viewer")
    person.log_in(bob.user.email)
    url, _page = person.follow(link())
    person.send(url)
    assert place(bob.user.email) == "viewer"
    assert bob.member.pk == before


def test_invitations_of_another_salon_are_unknown(alice: Browser, charlie: Browser) -> None:
    """TN-001."""
    invite(charlie)
    public_id = Invitation.objects.get().public_id
    for act in ("again", "revoke"):
        assert alice.post(f"/settings/people/invitations/{public_id}/{act}/").status_code == 404
    assert Invitation.objects.get().revoked_at is None


def test_a_mail_server_that_is_away_is_tried_again(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """TN-002: the page does not wait for it, and says how it stands."""

    def fail(*_: Any, **__: Any) -> int:
        raise OSError("away")

    monkeypatch.setattr("tenants.members.mailing.send_mail", fail)
    assert invite(alice).status_code == 303
    kept = Invitation.objects.get()
    assert (kept.failed_at is not None, kept.sent_at) == (True, None)
