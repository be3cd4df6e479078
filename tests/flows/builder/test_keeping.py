"""Flows as a whole: copied, named, ordered, switched, put away (FL-001, FL-003)."""

import pytest

from flows import actions
from flows.models import Flow, FlowTest
from ops import clock
from ops.events.models import Event
from tenants.audit.models import AuditEntry
from tenants.members.models import Member
from tests.flows.builder.conftest import fresh, hello


def happened(flow: Flow) -> list[str]:
    """What the audit log and the events say alike, oldest first."""
    entries = AuditEntry.objects.filter(subject=str(flow.public_id)).order_by("pk").values_list("action", flat=True)
    events = Event.objects.filter(subject=flow.public_id).order_by("pk").values_list("kind", flat=True)
    assert list(entries) == list(events)
    return list(events)


def test_a_copy_has_the_drawing_the_settings_and_the_tests(drawn: Flow, ana: Member) -> None:
    """FL-001: and begins as a draft that starts nothing."""
    Flow.objects.filter(pk=drawn.pk).update(settings={"x": 1})
    FlowTest.objects.create(flow=drawn, name="says hi", script={"acts": []})
    made = actions.duplicate(fresh(drawn), by=ana)
    assert made.draft == hello() and made.settings == {"x": 1} and made.published is None
    assert made.name != drawn.name
    assert [one.name for one in made.tests.all()] == ["says hi"]


def test_it_is_renamed(drawn: Flow, ana: Member) -> None:
    """FL-001."""
    actions.rename(drawn, "Boas-vindas", by=ana)
    assert fresh(drawn).name == "Boas-vindas"
    assert happened(drawn) == ["flow.created", "flow.renamed"]


def test_the_same_name_again_is_nothing_new(drawn: Flow, ana: Member) -> None:
    """FL-001."""
    actions.rename(drawn, "Welcome", by=ana)
    assert happened(drawn) == ["flow.created"]


def test_it_is_switched(drawn: Flow, ana: Member) -> None:
    """FL-003."""
    actions.switch(drawn, on=False, by=ana)
    assert not fresh(drawn).is_active
    actions.switch(drawn, on=True, by=ana)
    assert happened(drawn)[1:] == ["flow.switched_off", "flow.switched_on"]


def test_it_is_put_away_and_brought_back(drawn: Flow, ana: Member) -> None:
    """FL-001: the switch stays as it was."""
    actions.archive(drawn, by=ana)
    assert fresh(drawn).archived_at is not None
    actions.restore(drawn, by=ana)
    found = fresh(drawn)
    assert found.archived_at is None and found.is_active
    assert happened(drawn)[1:] == ["flow.archived", "flow.restored"]


def test_a_paused_flow_is_resumed(drawn: Flow, ana: Member) -> None:
    """FL-010: by a person who has looked."""
    Flow.objects.filter(pk=drawn.pk).update(paused_at=clock.now(), paused_reason="many failures")
    actions.resume(drawn, by=ana)
    found = fresh(drawn)
    assert (found.paused_at, found.paused_reason) == (None, "")
    assert happened(drawn)[1:] == ["flow.resumed"]


def test_one_goes_first_among_those_that_want_the_same(drawn: Flow, ana: Member) -> None:
    """FL-003."""
    other = actions.draw("Other", hello(), by=ana)
    actions.set_priority(other, 5, by=ana)
    actions.let_go_first(drawn, [other], by=ana)
    assert fresh(drawn).priority == 6
    actions.let_go_first(drawn, [other], by=ana)
    assert fresh(drawn).priority == 6


@pytest.mark.parametrize(("wanted", "kept"), [(10_000_000, 1000), (-10_000_000, -1000)])
def test_a_priority_has_bounds(drawn: Flow, ana: Member, wanted: int, kept: int) -> None:
    """FL-003."""
    assert actions.set_priority(drawn, wanted, by=ana).priority == kept
