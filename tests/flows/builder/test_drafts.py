"""Drafts with revisions: nobody's work is lost, and each learns of the other's (FL-001)."""

import pytest

from flows import actions
from flows.actions import drafts
from flows.graph import GraphError
from flows.models import Flow, FlowRevision
from ops.events.models import Event
from tenants.audit.models import AuditEntry
from tenants.members.models import Member
from tests.flows.builder.conftest import fresh, hello


def test_a_new_flow_is_a_draft_with_a_start(aurora: int, ana: Member) -> None:
    """FL-001: it begins blank, starts nothing, and says who made it."""
    made = actions.draw("  Birthday   wishes ", by=ana)
    assert (made.name, made.published, made.draft_revision) == ("Birthday wishes", None, 1)
    assert made.draft is not None and [node["type"] for node in made.draft["nodes"]] == ["start"]
    assert AuditEntry.objects.get(subject=str(made.public_id)).action == "flow.created"
    assert Event.objects.filter(subject=made.public_id, kind="flow.created").count() == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_a_flow_needs_a_name_of_its_own(aurora: int, name: str) -> None:
    """FL-001."""
    with pytest.raises(actions.BadName):
        actions.draw(name)
    assert not Flow.objects.exists()


def test_a_save_has_the_next_revision_and_is_kept(drawn: Flow, bea: Member) -> None:
    """FL-001: autosave."""
    assert actions.save_draft(drawn, hello("Olá!"), 1, by=bea) == 2
    found = fresh(drawn)
    assert (found.draft, found.draft_by) == (hello("Olá!"), bea)
    assert list(FlowRevision.objects.filter(flow=drawn).order_by("number").values_list("number", "by__name")) == [
        (1, "Ana"),
        (2, "Bea"),
    ]


def test_who_saves_on_an_old_revision_is_told_what_the_other_changed(drawn: Flow, ana: Member, bea: Member) -> None:
    """FL-001: two people, one drawing; nothing is overwritten."""
    actions.save_draft(drawn, hello("Olá!"), 1, by=ana)
    with pytest.raises(actions.Stale) as stale:
        actions.save_draft(drawn, hello("Bom dia!"), 1, by=bea)
    assert (stale.value.revision, stale.value.by) == (2, "Ana")
    assert any("Oi!" in line and "Olá!" in line for line in stale.value.changes)
    assert fresh(drawn).draft == hello("Olá!")


def test_keeping_mine_leaves_theirs_in_the_history(drawn: Flow, ana: Member, bea: Member) -> None:
    """FL-001: keep mine is a save on top of theirs."""
    theirs = actions.save_draft(drawn, hello("Olá!"), 1, by=ana)
    actions.save_draft(drawn, hello("Bom dia!"), theirs, by=bea)
    assert fresh(drawn).draft == hello("Bom dia!")
    assert FlowRevision.objects.get(flow=drawn, number=2).graph == hello("Olá!")


def test_the_same_drawing_again_is_no_revision(drawn: Flow, ana: Member) -> None:
    """FL-001: a save whose answer was lost on the way is sent once more."""
    actions.save_draft(drawn, hello("Olá!"), 1, by=ana)
    assert actions.save_draft(drawn, hello("Olá!"), 1, by=ana) == 2
    assert FlowRevision.objects.filter(flow=drawn).count() == 2


@pytest.mark.parametrize(
    "graph", [None, [], {"version": 1}, {"version": 1, "nodes": [{}], "edges": []}, {**hello(), "nodes": "x"}]
)
def test_what_is_no_drawing_is_not_kept(drawn: Flow, graph: object) -> None:
    """FL-001."""
    with pytest.raises(GraphError):
        actions.save_draft(drawn, graph, 1, by=None)
    assert fresh(drawn).draft_revision == 1


def test_a_draft_may_have_problems(drawn: Flow) -> None:
    """FL-001: half-done work is kept as well."""
    assert actions.save_draft(drawn, hello(""), 1, by=None) == 2


def test_a_hundred_revisions_are_kept(drawn: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    """FL-001."""
    monkeypatch.setattr(drafts, "KEPT", 3)
    for number in range(1, 6):
        actions.save_draft(drawn, hello(f"{number}"), number, by=None)
    assert sorted(FlowRevision.objects.filter(flow=drawn).values_list("number", flat=True)) == [4, 5, 6]


def test_one_sitting_is_one_line_of_the_audit_log(drawn: Flow, ana: Member, bea: Member) -> None:
    """FL-001: a save a second would bury everything else."""
    for number in range(1, 5):
        actions.save_draft(drawn, hello(f"{number}"), number, by=bea)
    entries = AuditEntry.objects.filter(subject=str(drawn.public_id), action="flow.draft_changed")
    assert [entry.actor for entry in entries] == [str(bea.public_id)]


def test_an_older_revision_comes_back_as_a_new_one(drawn: Flow, ana: Member) -> None:
    """FL-001: rollback of a draft."""
    actions.save_draft(drawn, hello("Olá!"), 1, by=ana)
    assert actions.revert(drawn, 1, 2, by=ana) == 3
    assert fresh(drawn).draft == hello()


def test_a_published_version_comes_back_into_the_draft(drawn: Flow, ana: Member) -> None:
    """FL-001: rollback; what guests meet stays until it is published."""
    first = actions.publish_draft(drawn, by=ana, revision=1)
    actions.save_draft(drawn, hello("Olá!"), 1, by=ana)
    actions.publish_draft(drawn, by=ana, revision=2)
    actions.restore_version(drawn, first, 2, by=ana)
    found = fresh(drawn)
    assert found.draft == hello()
    assert found.published is not None and found.published.number == 2


def test_a_discarded_draft_stays_in_the_history(drawn: Flow, ana: Member) -> None:
    """FL-001."""
    actions.publish_draft(drawn, by=ana, revision=1)
    actions.save_draft(drawn, hello("Olá!"), 1, by=ana)
    assert actions.discard_draft(drawn, 2, by=ana) == 3
    assert fresh(drawn).draft is None
    assert FlowRevision.objects.get(flow=drawn, number=2).graph == hello("Olá!")


def test_the_first_change_of_a_published_flow_keeps_what_it_was_made_on(aurora: int, ana: Member) -> None:
    """FL-001: also flows that were made by a program have a history from there on."""
    flow = actions.create("Ready", hello())
    number = fresh(flow).draft_revision
    actions.save_draft(flow, hello("Olá!"), number, by=ana)
    with pytest.raises(actions.Stale) as stale:
        actions.save_draft(flow, hello("Bom dia!"), number, by=None)
    assert stale.value.changes


def test_an_archived_flow_is_not_drawn_on(drawn: Flow, ana: Member) -> None:
    """FL-001."""
    actions.archive(drawn, by=ana)
    with pytest.raises(actions.Archived):
        actions.save_draft(drawn, hello("Olá!"), 1, by=ana)
    assert fresh(drawn).draft_revision == 1
