"""Teams, and who is away: it works, who may not, the other salon (CR-002)."""

from typing import Any

import pytest

from crm.inbox.models import Team
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tests.inbox.conftest import Guest, change_talk, fresh
from tests.world import Browser


def saved(guest: Guest) -> Team:
    with inside(guest.salon_id):
        return Team.objects.get()


def form(guest: Guest, *people: Browser, **more: Any) -> dict[str, Any]:
    members = [one.member.pk for one in people]
    return {"name": "Front desk", "members": members, "number_ids": [guest.number.pk], "takes_turns": "on", **more}


def test_a_team_is_made_changed_and_ended(guest: Guest, alice: Browser, bob: Browser) -> None:
    assert alice.post("/settings/inbox/teams/new/", form(guest, alice, bob)).status_code == 303
    team = saved(guest)
    assert (team.members, team.number_ids, team.takes_turns) == (
        [alice.member.pk, bob.member.pk],
        [guest.number.pk],
        True,
    )
    assert "Front desk" in alice.get_page("/settings/inbox/")
    alice.post(f"/settings/inbox/teams/{team.public_id}/", {"name": "Desk", "members": [bob.member.pk]})
    team = saved(guest)
    assert (team.name, team.members, team.takes_turns) == ("Desk", [bob.member.pk], False)
    change_talk(guest.conversation, team=team, assignee=bob.member)
    alice.post(f"/settings/inbox/teams/{team.public_id}/delete/")
    assert (fresh(guest.conversation).team, fresh(guest.conversation).assignee) == (None, bob.member)
    with inside(guest.salon_id):
        acts = AuditEntry.objects.filter(action__startswith="team.").order_by("pk")
        assert list(acts.values_list("action", flat=True)) == ["team.created", "team.changed", "team.deleted"]


def test_members_keep_their_order(guest: Guest, alice: Browser, bob: Browser) -> None:
    with inside(guest.salon_id):
        team = Team.objects.create(name="Desk", members=[bob.member.pk, alice.member.pk])
    alice.post(f"/settings/inbox/teams/{team.public_id}/", form(guest, alice, bob))
    assert saved(guest).members == [bob.member.pk, alice.member.pk]


def test_a_name_is_of_one_team(guest: Guest, alice: Browser) -> None:
    alice.post("/settings/inbox/teams/new/", form(guest))
    answer = alice.post("/settings/inbox/teams/new/", form(guest))
    assert answer.status_code == 422
    assert "Another team has this name." in answer.content.decode()


@pytest.mark.parametrize("more", [{"name": " "}, {"members": [999999]}, {"number_ids": [999999]}])
def test_what_is_not_there_is_refused(guest: Guest, alice: Browser, more: dict[str, Any]) -> None:
    assert alice.post("/settings/inbox/teams/new/", form(guest, **more)).status_code == 422
    with inside(guest.salon_id):
        assert not Team.objects.exists()


def test_who_may_not(guest: Guest, bob: Browser, charlie: Browser) -> None:
    with inside(guest.salon_id):
        team = Team.objects.create(name="Desk")
    for path in ("teams/new/", f"teams/{team.public_id}/"):
        assert bob.get(f"/settings/inbox/{path}").status_code == 403
        assert bob.post(f"/settings/inbox/{path}", form(guest, bob)).status_code == 403
    assert bob.post(f"/settings/inbox/teams/{team.public_id}/delete/").status_code == 403
    assert charlie.get(f"/settings/inbox/teams/{team.public_id}/").status_code == 404
    assert charlie.post(f"/settings/inbox/teams/{team.public_id}/delete/").status_code == 404
    assert saved(guest).name == "Desk"
    assert "Desk" not in charlie.get_page("/settings/inbox/")


def test_one_goes_away_and_comes_back(guest: Guest, bob: Browser) -> None:
    assert "/inbox/away/?on=1" in bob.get_page("/inbox/", show="open")
    bob.post("/inbox/away/?on=1", headers={"HX-Request": "true"})
    assert bob.member.is_away
    assert "/inbox/away/?on=0" in bob.get_page("/inbox/", show="open")
    bob.post("/inbox/away/?on=0")
    assert not bob.member.is_away


def test_who_answers_nobody_is_not_away(guest: Guest, vera: Browser) -> None:
    assert "/inbox/away/" not in vera.get_page("/inbox/", show="open")
    assert vera.post("/inbox/away/?on=1").status_code == 403
    assert not vera.member.is_away
