"""TN-005: one flow is given to a receptionist, who sees no other; and is taken back."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flows.models import Flow
from ops import clock
from tenants.access.roles import Permission
from tenants.members.models import Member
from tenants.sharing.rights import Right
from tests.tenants.sharing.conftest import Give
from tests.world import Browser

Close = Callable[..., None]


def page(flow: Flow, more: str = "") -> str:
    return f"/flows/{flow.public_id}/{more}"


def test_without_a_grant_flows_are_not_theirs(bob: Browser, flow: Flow) -> None:
    assert bob.get("/flows/").status_code == 403
    assert bob.get(page(flow)).status_code == 403
    assert 'href="/flows/"' not in bob.get_page("/")


def test_one_flow_is_seen_and_no_other(bob: Browser, flow: Flow, second: Flow, give: Give) -> None:
    give(flow, bob)
    assert 'href="/flows/"' in bob.get_page("/")
    shown = bob.get_page("/flows/")
    assert "Welcome" in shown
    assert "Goodbye" not in shown
    assert bob.get(page(flow)).status_code == 200
    assert bob.get(page(second)).status_code == 404
    assert bob.get(page(second, "versions/")).status_code == 404
    assert bob.get("/api/v1/flows/").json()["results"][0]["id"] == str(flow.public_id)
    assert len(bob.get("/api/v1/flows/").json()["results"]) == 1
    assert bob.get(f"/api/v1/flows/{second.public_id}/").status_code == 404


def test_what_may_be_seen_may_not_be_changed(bob: Browser, flow: Flow, give: Give) -> None:
    give(flow, bob)
    for act in ("rename/", "draft/", "publish/", "archive/", "switch/", "form/", "simulator/act/"):
        assert bob.post(page(flow, act)).status_code == 403, act
    assert bob.get(page(flow, "settings/")).status_code == 403
    assert bob.patch(f"/api/v1/flows/{flow.public_id}/", {}, content_type="application/json").status_code == 403
    assert "data-editable" not in bob.get_page(page(flow))


def test_who_may_change_it_may_not_put_it_away_nor_draw_others(bob: Browser, flow: Flow, give: Give) -> None:
    give(flow, bob, Right.EDIT)
    assert bob.post(page(flow, "rename/"), {"name": "Hello"}).status_code == 200
    assert bob.post(page(flow, "archive/")).status_code == 403
    assert bob.post("/flows/new/", {"name": "Mine"}).status_code == 403
    assert "data-editable" in bob.get_page(page(flow))


def test_taken_back_it_is_gone_at_the_next_request(bob: Browser, flow: Flow, give: Give, alice: Browser) -> None:
    share = give(flow, bob)
    assert bob.get(page(flow)).status_code == 200
    answer = alice.post(f"/sharing/flow/{flow.public_id}/grants/{share.public_id}/remove/")
    assert answer.status_code == 303
    assert bob.get(page(flow)).status_code == 403


def test_it_ends_by_the_clock(bob: Browser, flow: Flow, give: Give, monkeypatch: pytest.MonkeyPatch) -> None:
    give(flow, bob, until=clock.now() + timedelta(hours=1))
    assert bob.get(page(flow)).status_code == 200
    monkeypatch.setattr(clock, "_offset", timedelta(minutes=61))
    assert bob.get(page(flow)).status_code == 403
    assert bob.get("/api/v1/flows/").status_code == 403


def test_a_role_and_a_team_have_what_they_are_given(bob: Browser, flow: Flow, alice: Browser) -> None:
    from crm.inbox.models import Team
    from ops.salon import inside

    with inside(alice.salon.pk):
        team = Team.objects.create(name="Desk", members=[bob.member.pk])
    where = f"/sharing/flow/{flow.public_id}/give/"
    for to in (f"team:{team.pk}", "role:receptionist"):
        assert alice.post(where, {"to": to, "right": "view", "until": ""}).status_code == 303
        assert bob.get(page(flow)).status_code == 200
        with inside(alice.salon.pk):
            from tenants.sharing.models import Share

            Share.objects.all().delete()
        assert bob.get(page(flow)).status_code == 403


def test_closed_it_is_hidden_from_a_role_but_not_from_who_manages_shares(
    alice: Browser, bob: Browser, flow: Flow, close: Close, give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bob as of a role of the salon's own: all flows, no shares."""
    held, before, his = {Permission.FLOWS_SEE, Permission.FLOWS_EDIT, Permission.HOME_SEE}, Member.may, bob.member.pk
    monkeypatch.setattr(Member, "may", lambda who, asked: asked in held if who.pk == his else before(who, asked))
    assert bob.get(page(flow)).status_code == 200
    close(flow)
    assert bob.get(page(flow)).status_code == 404
    assert bob.post(page(flow, "switch/")).status_code == 404
    assert "Welcome" not in bob.get_page("/flows/")
    assert alice.get(page(flow)).status_code == 200
    give(flow, bob)
    assert bob.get(page(flow)).status_code == 200
    assert bob.post(page(flow, "switch/")).status_code == 403


def test_another_salons_ids_are_ids_of_nothing(charlie: Browser, flow: Flow) -> None:
    foreign, unknown = (charlie.get(f"/sharing/flow/{one}/") for one in (flow.public_id, uuid4()))
    assert foreign.status_code == unknown.status_code == 404
    assert charlie.post(f"/sharing/flow/{flow.public_id}/only/", {"on": "1"}).status_code == 404
    assert charlie.get(f"/sharing/nothing/{flow.public_id}/").status_code == 404


def test_one_query_more_at_most(bob: Browser, flow: Flow, second: Flow, give: Give) -> None:
    for one in (flow, second):
        give(one, bob)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        bob.get_page("/flows/")
    assert len([one for one in asked if '"share"' in one["sql"]]) == 1
