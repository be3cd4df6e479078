"""Taking, giving and putting away from the page, alone and several at once: it works, who may not, the other salon."""

from typing import Any

import pytest

from crm.contacts.models import Contact
from crm.inbox import assigning
from crm.inbox.models import Team
from ops import clock
from ops.salon import inside
from tests.inbox.conftest import Guest, NewTalk, Rule, change_talk, fresh
from tests.world import Browser

FORM = {"HX-Request": "true"}
ACTS: list[tuple[str, dict[str, str]]] = [
    ("take", {}),
    ("give", {"to": "nobody"}),
    ("snooze", {"until": "hour"}),
    ("wake", {}),
]


def post(person: Browser, guest: Guest, act: str, **data: Any) -> Any:
    return person.post(f"/inbox/{guest.conversation.public_id}/{act}/", data, headers=FORM)


def test_one_takes_it(guest: Guest, bob: Browser) -> None:
    answer = post(bob, guest, "take")
    assert answer.status_code == 200
    assert "talk-changed" in answer["HX-Trigger"]
    assert fresh(guest.conversation).assignee == bob.member


def test_the_other_is_told_who_was_first(guest: Guest, alice: Browser, bob: Browser) -> None:
    post(bob, guest, "take")
    answer = post(alice, guest, "take")
    assert answer.status_code == 409
    assert "Bob is already answering." in answer["HX-Trigger"]
    assert fresh(guest.conversation).assignee == bob.member


def test_it_is_given_to_a_colleague_a_team_and_nobody(guest: Guest, alice: Browser, bob: Browser) -> None:
    with inside(guest.salon_id):
        team = Team.objects.create(name="Front desk", members=[alice.member.pk])
    assert post(alice, guest, "give", to=f"member:{bob.member.public_id}").status_code == 200
    assert fresh(guest.conversation).assignee == bob.member
    assert post(alice, guest, "give", to=f"team:{team.public_id}").status_code == 200
    assert (fresh(guest.conversation).team, fresh(guest.conversation).assignee) == (team, None)
    assert post(alice, guest, "give", to="no_team").status_code == 200
    assert fresh(guest.conversation).team is None


@pytest.mark.parametrize("to", ["", "member:", "member:x", "team:019a1f5e-7c41-7a0b-8d12-6a5b4c3d2e1f", "bot"])
def test_nobody_of_this_salon_gets_nothing(guest: Guest, alice: Browser, to: str) -> None:
    assert post(alice, guest, "give", to=to).status_code == 404
    assert fresh(guest.conversation).assignee is None


def test_a_viewer_is_given_nothing(guest: Guest, alice: Browser, vera: Browser) -> None:
    assert post(alice, guest, "give", to=f"member:{vera.member.public_id}").status_code == 404
    with inside(guest.salon_id):
        assert vera.member not in assigning.people_of(guest.salon_id)


def test_it_is_put_away_and_brought_back(guest: Guest, bob: Browser) -> None:
    assert post(bob, guest, "snooze", until="tomorrow").status_code == 200
    assert fresh(guest.conversation).snoozed_until
    assert post(bob, guest, "wake").status_code == 200
    assert fresh(guest.conversation).snoozed_until is None


def test_a_moment_that_has_passed_is_refused(guest: Guest, bob: Browser) -> None:
    assert post(bob, guest, "snooze", until="date", at="2020-01-01T10:00").status_code == 422
    assert fresh(guest.conversation).snoozed_until is None


def test_the_menu_names_people_and_teams(guest: Guest, alice: Browser, bob: Browser) -> None:
    with inside(guest.salon_id):
        Team.objects.create(name="Front desk")
    page = alice.get_page(f"/inbox/{guest.conversation.public_id}/handling/")
    for part in ("Bob", "Front desk", "Tomorrow at 9:00"):
        assert part in page
    assert "Vera" not in page


@pytest.mark.parametrize(("act", "data"), ACTS, ids=[act for act, _data in ACTS])
def test_who_may_only_look_changes_nothing(guest: Guest, vera: Browser, act: str, data: dict[str, str]) -> None:
    assert post(vera, guest, act, **data).status_code == 403
    found = fresh(guest.conversation)
    assert (found.assignee, found.snoozed_until) == (None, None)


@pytest.mark.parametrize(("act", "data"), ACTS, ids=[act for act, _data in ACTS])
def test_another_salons_is_not_there(guest: Guest, charlie: Browser, act: str, data: dict[str, str]) -> None:
    assert post(charlie, guest, act, **data).status_code == 404
    found = fresh(guest.conversation)
    assert (found.assignee, found.snoozed_until) == (None, None)


@pytest.mark.parametrize(("act", "data"), ACTS, ids=[act for act, _data in ACTS])
def test_nor_what_a_narrowed_role_does_not_see(
    guest: Guest, rule: Rule, bob: Browser, act: str, data: dict[str, str]
) -> None:
    rule(own_only_roles=["receptionist"])
    assert post(bob, guest, act, **data).status_code == 404


# Several at once.


def bulk(person: Browser, *ids: Any, **data: str) -> Any:
    return person.post("/inbox/bulk/", {"id": [str(one) for one in ids], **data}, headers=FORM)


def test_several_are_closed_given_and_tagged(guest: Guest, talk: NewTalk, bob: Browser) -> None:
    other = talk("Carla")
    ids = (guest.conversation.public_id, other.public_id)
    assert bulk(bob, *ids, act=f"to=member:{bob.member.public_id}").status_code == 200
    assert {fresh(one).assignee for one in (guest.conversation, other)} == {bob.member}
    assert bulk(bob, *ids, act="tag", tag=" vi\0p ").status_code == 200
    with inside(guest.salon_id):
        assert Contact.objects.filter(tags__contains=["vip"]).count() == 2
    assert bulk(bob, *ids, act="snooze").status_code == 200
    answer = bulk(bob, *ids, act="close")
    assert "2 conversations closed" in answer["HX-Trigger"]
    assert all(fresh(one).closed_at for one in (guest.conversation, other))


@pytest.mark.parametrize("act", ["", "x", "tag"])
def test_without_a_word_of_what_to_do_nothing_is_done(guest: Guest, bob: Browser, act: str) -> None:
    assert bulk(bob, guest.conversation.public_id, act=act).status_code == 422


def test_none_marked_is_said(guest: Guest, bob: Browser) -> None:
    assert bulk(bob, "x", act="close").status_code == 422


def test_others_are_left_out(guest: Guest, talk: NewTalk, rule: Rule, bob: Browser, charlie: Browser) -> None:
    own = talk("Carla", assignee=bob.member)
    rule(own_only_roles=["receptionist"])
    assert bulk(bob, guest.conversation.public_id, own.public_id, act="close").status_code == 200
    assert fresh(own).closed_at
    assert fresh(guest.conversation).closed_at is None
    assert bulk(charlie, guest.conversation.public_id, act="close").status_code == 422
    assert fresh(guest.conversation).closed_at is None


def test_a_viewer_does_nothing_with_several(guest: Guest, vera: Browser) -> None:
    assert bulk(vera, guest.conversation.public_id, act="close").status_code == 403
    change_talk(guest.conversation, last_at=clock.now())
    assert fresh(guest.conversation).closed_at is None
