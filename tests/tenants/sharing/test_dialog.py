"""TN-005: who has what is given, changed and taken back in the share dialog; nobody gives more than they have."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.models import Flow
from ops import clock
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tenants.sharing import actions
from tenants.sharing.kinds import kind_of
from tenants.sharing.models import Restriction, Share
from tenants.sharing.rights import Right
from tests.tenants.sharing.conftest import Give
from tests.world import Browser


def where(flow: Flow, more: str = "") -> str:
    return f"/sharing/flow/{flow.public_id}/{more}"


def as_typed(at: datetime) -> str:
    """As Aurora's clock shows it."""
    return f"{at.astimezone(ZoneInfo('America/Sao_Paulo')):%Y-%m-%dT%H:%M}"


def shares(of: Browser) -> list[tuple[str, str]]:
    with inside(of.salon.pk):
        return list(Share.objects.order_by("pk").values_list("subject", "right"))


def noted(of: Browser) -> list[str]:
    with inside(of.salon.pk):
        rows = AuditEntry.objects.filter(action__startswith="share.").order_by("pk")
        return list(rows.values_list("action", flat=True))


def test_a_person_is_given_a_right_until_a_moment(alice: Browser, bob: Browser, flow: Flow) -> None:
    bobs, until = str(bob.member.pk), as_typed(clock.now() + timedelta(days=2))
    answer = alice.post(
        where(flow, "give/"),
        {"to": f"member:{bobs}", "right": "edit", "until": until},
        headers={"HX-Request": "true"},
    )
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "Bob" in shown and "Alice" in shown, "who has it, and who gave it"
    assert f'value="{until}"' in shown
    assert shares(alice) == [(bobs, "edit")]
    assert noted(alice) == ["share.granted"]


def test_given_twice_it_is_there_once_and_lasts_as_said_last(alice: Browser, bob: Browser, flow: Flow) -> None:
    to = {"to": f"member:{bob.member.pk}", "right": "view"}
    for _ in range(2):
        alice.post(where(flow, "give/"), {**to, "until": as_typed(clock.now() + timedelta(days=2))})
    alice.post(where(flow, "give/"), {**to, "until": ""})
    with inside(alice.salon.pk):
        assert list(Share.objects.values_list("expires_at", flat=True)) == [None]
    assert noted(alice) == ["share.granted", "share.changed"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("to", "member:999999"), ("to", "team:1"), ("to", "x"), ("right", "own"), ("until", "2001-01-01T10:00")],
)
def test_what_makes_no_sense_is_refused_with_its_reason(
    alice: Browser, bob: Browser, flow: Flow, field: str, value: str
) -> None:
    given = {"to": f"member:{bob.member.pk}", "right": "view", "until": "", field: value}
    answer = alice.post(where(flow, "give/"), given)
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.content.decode()
    assert shares(alice) == []


def test_who_may_not_share_it_sees_no_button_and_no_dialog(bob: Browser, flow: Flow, give: Give) -> None:
    assert bob.get(where(flow)).status_code == 403
    give(flow, bob, Right.EDIT)
    assert bob.get(where(flow)).status_code == 403
    assert where(flow) not in bob.get_page(f"/flows/{flow.public_id}/")
    give(flow, bob, Right.SHARE)
    assert bob.get(where(flow)).status_code == 200
    assert where(flow) in bob.get_page(f"/flows/{flow.public_id}/")


@pytest.mark.parametrize(
    ("own", "may_give"),
    [
        ([Right.SHARE], {"view", "share"}),
        ([Right.SHARE, Right.EDIT], {"view", "edit", "share"}),
        ([Right.ADMIN], set(Right.values)),
        ([Right.DELETE], set()),
    ],
)
def test_nobody_gives_more_than_they_have(
    bob: Browser, vera: Browser, flow: Flow, give: Give, own: list[Right], may_give: set[str]
) -> None:
    for right in own:
        give(flow, bob, right)
    for asked in Right.values:
        answer = bob.post(where(flow, "give/"), {"to": f"member:{vera.member.pk}", "right": asked, "until": ""})
        wanted = 303 if asked in may_give else 422 if may_give else 403
        assert answer.status_code == wanted, asked
    assert {right for subject, right in shares(bob) if subject == str(vera.member.pk)} == may_give


def test_nobody_gives_it_for_longer_than_they_have_it(bob: Browser, vera: Browser, flow: Flow, give: Give) -> None:
    end = clock.now() + timedelta(days=1)
    give(flow, bob, Right.SHARE, until=end)
    to = {"to": f"member:{vera.member.pk}", "right": "view"}
    for until in ("", as_typed(end + timedelta(hours=1))):
        assert bob.post(where(flow, "give/"), {**to, "until": until}).status_code == 422
    assert bob.post(where(flow, "give/"), {**to, "until": as_typed(end - timedelta(hours=1))}).status_code == 303


def test_what_others_gave_only_an_admin_takes_back_or_closes(
    bob: Browser, vera: Browser, flow: Flow, give: Give
) -> None:
    veras = give(flow, vera)
    give(flow, bob, Right.SHARE)
    assert bob.post(where(flow, f"grants/{veras.public_id}/remove/")).status_code == 422
    assert bob.post(where(flow, "only/"), {"on": "1"}).status_code == 422
    give(flow, bob, Right.ADMIN)
    assert bob.post(where(flow, "only/"), {"on": "1"}).status_code == 303
    assert bob.post(where(flow, f"grants/{veras.public_id}/remove/")).status_code == 303
    assert vera.get(f"/flows/{flow.public_id}/").status_code == 403


def test_it_is_closed_and_opened_and_both_are_noted(alice: Browser, flow: Flow) -> None:
    for on in ("1", "1", "0"):
        assert alice.post(where(flow, "only/"), {"on": on}).status_code == 303
    with inside(alice.salon.pk):
        assert not Restriction.objects.exists()
    assert noted(alice) == ["share.restricted"] * 2


def test_a_grant_is_changed_and_one_that_is_gone_says_so(alice: Browser, bob: Browser, flow: Flow, give: Give) -> None:
    share = give(flow, bob)
    one = where(flow, f"grants/{share.public_id}/")
    assert alice.post(one, {"right": "delete", "until": ""}).status_code == 303
    assert shares(alice) == [(str(bob.member.pk), "delete")]
    assert alice.post(f"{one}remove/").status_code == 303
    assert alice.post(f"{one}remove/").status_code == 303, "twice is as good as once"
    assert alice.post(one, {"right": "view", "until": ""}).status_code == 409


def test_a_grant_of_another_thing_is_none_of_this_one(
    alice: Browser, bob: Browser, flow: Flow, second: Flow, give: Give
) -> None:
    share = give(second, bob)
    give(flow, bob, Right.ADMIN)
    assert bob.post(where(flow, f"grants/{share.public_id}/remove/")).status_code == 303
    assert (str(bob.member.pk), "view") in shares(alice)


def test_grants_of_who_has_left_end(alice: Browser, bob: Browser, flow: Flow, give: Give) -> None:
    give(flow, bob)
    with inside(alice.salon.pk):
        actions.forget_subjects("member", [bob.member.pk])
    assert shares(alice) == []
    assert bob.get(f"/flows/{flow.public_id}/").status_code == 403


def test_what_ended_long_ago_goes(alice: Browser, bob: Browser, flow: Flow, give: Give) -> None:
    give(flow, bob)
    with inside(alice.salon.pk):
        Share.objects.update(expires_at=clock.now() - timedelta(days=31))
        actions.give(kind_of("flow"), flow.public_id, ("role", "viewer"), Right.VIEW, by=alice.member)
    assert shares(alice) == [("viewer", "view")]
